import { describe, expect, it } from 'vitest';
import { readRecord, recordItems, undoLines } from './record.ts';
import { anIntent, aRun } from './run.fixture.ts';
import { slimmest, slimRun } from './slim.ts';
import { judge } from './verdict.ts';

const long = 'a very long story. '.repeat(40);
const told = { atMs: 5, text: long };
const run = aRun({
  excluded: [{ id: 'a', name: 'a', why: long }],
  message: long,
  samples: {
    'during it answers': {
      count: 40,
      failures: 2,
      firstFailure: told,
      last: { ...told, ok: true },
      points: [
        [1, 2, 1],
        [2, 2, 0],
      ],
      stride: 1,
    },
  },
  intents: [
    anIntent({
      state: 'done',
      effect: { evidence: long, client: 7, marks: { accessor: 'x' } },
      undo: { op: 'node-undrain', args: {} },
      undoState: 'unreachable',
      undoMessage: long,
      message: long,
    }),
  ],
});

const sizeOf = (level: number) => JSON.stringify(slimRun(run, level)).length;

describe('a run for a record that would not be taken whole', () => {
  it('is the whole run at level 0, and less with each level', () => {
    expect(slimRun(run, 0)).toBe(run);
    expect([sizeOf(0) > sizeOf(1), sizeOf(1) > sizeOf(slimmest)]).toEqual([true, true]);
    expect(sizeOf(slimmest)).toBeLessThan(2_000);
  });

  it.each([1, slimmest])('keeps at level %i what undoing and judging rest on, and can be read', level => {
    const slim = slimRun(run, level);
    const [intent] = slim.intents;
    expect(undoLines(slim)).toEqual(undoLines(run));
    expect(intent).toMatchObject({
      state: 'done',
      before: { restarts: 0 },
      effect: { marks: { accessor: 'x' }, client: 7 },
    });
    expect(slim.samples?.['during it answers']).toMatchObject({ count: 40, failures: 2, points: [] });
    expect(judge(slim, true)).toMatchObject({ verdict: 'deviated', reason: 'steady_state_violated' });
    expect(readRecord(recordItems({ state: 'holding', run: slim }, 3))).toMatchObject({ kind: 'run' });
  });
});
