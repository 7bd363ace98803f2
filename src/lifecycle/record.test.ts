import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecord, recordItems, undoLineLimit, undoLines } from './record.ts';
import { anIntent, aRun } from './run.fixture.ts';

const node = '3f0c6d0e-9a41-4b6e-8f0e-1d2c3b4a5f6e';
const held = aRun({
  fault: 'node-ineligible',
  intents: [
    anIntent({
      target: { kind: 'node', node, name: 'client-1' },
      call: { op: 'node-eligibility', node, eligible: false },
      sending: 'repeatable',
      state: 'done',
      undo: { op: 'node-eligibility', args: { eligible: true } },
      undoState: 'pending',
    }),
  ],
});

describe('the run record', () => {
  it('reads back what it wrote', () => {
    const standing = { state: 'holding' as const, run: held };
    expect(readRecord(recordItems(standing, 42))).toEqual({ kind: 'run', standing, term: 42 });
  });

  it('keeps the undo in a form that any release can carry out, within its bytes', () => {
    const [line] = undoLines(held);
    expect(line).toEqual({
      i: 0,
      fault: 'node-ineligible',
      target: node,
      op: 'node-eligibility',
      args: { eligible: true },
      state: 'pending',
    });
    expect(JSON.stringify(line).length).toBeLessThanOrEqual(undoLineLimit);
  });

  it('keeps how long each injection took to recover', () => {
    const intents = [
      anIntent({ state: 'done', recovered: { ms: 1_200 } }),
      anIntent({ n: 1, stage: 1_000, state: 'done', recovered: {} }),
      anIntent({ n: 2, stage: 2_000, state: 'done' }),
    ];
    const standing = { state: 'holding' as const, run: aRun({ intents, stage: 2_000 }) };
    expect(readRecord(recordItems(standing, 42))).toEqual({ kind: 'run', standing, term: 42 });
  });

  it.each([
    ['a newer version', { v: '2' }],
    ['an unknown state', { state: 'gated' }],
    ['a damaged body', { body: '{"id":1' }],
    ['a body that lost a key', { body: JSON.stringify({ ...held, intents: undefined }) }],
  ])('leaves only the undo of %s, and says why', (_name, change) => {
    const read = readRecord({ ...recordItems({ state: 'holding', run: held }, 1), ...change });
    expect(read).toMatchObject({ kind: 'undo-only', lines: [{ target: node, op: 'node-eligibility' }] });
    expect((read as { why: string }).why).not.toBe('');
  });

  it('never throws, whatever the items are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('v', 'state', 'body', 'undo', 'term'), fc.string()),
        items => void readRecord(items),
      ),
    );
  });
});
