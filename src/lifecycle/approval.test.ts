import { describe, expect, it } from 'vitest';
import { approvalState, targetsKey } from './approval.ts';
import { anIntent, aRun } from './run.fixture.ts';

const one = anIntent();
const other = anIntent({ n: 1, target: { kind: 'node', node: 'n2', name: 'client-2' } });
const approvalOf = (intents = [one], specHash = 'sha256:00') => ({
  specHash,
  targets: targetsKey(intents),
  at: 1,
  request: 'r',
});

describe('an approval', () => {
  it('names targets whatever their order, each once', () => {
    expect(targetsKey([one, other])).toBe(targetsKey([other, one, one]));
    expect(targetsKey([one])).not.toBe(targetsKey([one, other]));
  });

  it.each([
    ['none', 'none', {}],
    ['one for these targets', 'given', { approval: approvalOf() }],
    ['one for others', 'void', { approval: approvalOf([one, other]) }],
    ['one for another spec', 'void', { approval: approvalOf([one], 'sha256:01') }],
    [
      'one for others, once the harm has begun',
      'given',
      { approval: approvalOf([one]), intents: [anIntent({ state: 'done' }), other] },
    ],
  ] as const)('is judged: %s is %s', (_, state, change) => {
    expect(approvalState(aRun({ intents: [one], ...change }))).toBe(state);
  });
});
