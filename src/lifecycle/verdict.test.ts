import { describe, expect, it } from 'vitest';
import { anIntent, aRun } from './run.fixture.ts';
import type { Intent } from './run.ts';
import { judge } from './verdict.ts';

const seen = { evidence: 'Terminated' };

describe('the verdict', () => {
  it.each<[string, Partial<Intent>[], boolean, { verdict: string; reason?: string }]>([
    ['passed when seen and recovered', [{ state: 'done', effect: seen }], true, { verdict: 'passed' }],
    [
      'deviated when the group did not come back',
      [{ state: 'done', effect: seen }],
      false,
      { verdict: 'deviated', reason: 'not_recovered' },
    ],
    [
      'failed without an effect, though accepted',
      [{ state: 'done' }],
      true,
      { verdict: 'failed', reason: 'no_effect' },
    ],
    [
      'failed when one of two was not seen',
      [{ state: 'done', effect: seen }, { state: 'done' }],
      true,
      { verdict: 'failed', reason: 'no_effect' },
    ],
    [
      'failed with an unknown one, though recovered',
      [
        { state: 'done', effect: seen },
        { state: 'unknown', effect: seen },
      ],
      true,
      { verdict: 'failed', reason: 'unknown_effect' },
    ],
    [
      'failed when its undo was given up, whatever else was so',
      [{ state: 'done', effect: seen, undoState: 'given-up', undoMessage: 'given up by request g1 of sirocco: gone' }],
      true,
      { verdict: 'failed', reason: 'given_up' },
    ],
    [
      'failed when Nomad refused',
      [{ state: 'refused', message: 'Task not running' }],
      true,
      { verdict: 'failed', reason: 'injection_refused' },
    ],
    ['refused when nothing left', [{ state: 'withheld' }], true, { verdict: 'refused', reason: 'withheld' }],
    [
      'aborted when only some left',
      [{ state: 'done', effect: seen }, { state: 'withheld' }],
      true,
      { verdict: 'aborted', reason: 'withheld' },
    ],
  ])('is %s', (_name, intents, recovered, want) => {
    expect(judge(aRun({ intents: intents.map((each, n) => anIntent({ n, ...each })) }), recovered)).toMatchObject(want);
  });

  it('is never refused once harm was done: what stopped it then aborted it', () => {
    const stopped = { verdict: 'refused', reason: 'limits_invalid', message: 'no limits' } as const;
    const run = aRun({ intents: [anIntent({ state: 'done', effect: seen })], stopped });
    expect(judge(run, true)).toEqual({ ...stopped, verdict: 'aborted' });
    expect(judge({ ...run, stopped: { ...stopped, verdict: 'failed' } }, true).verdict).toBe('failed');
  });

  it('is aborted first of all', () => {
    const run = aRun({ intents: [anIntent({ state: 'unknown' })], abort: { reason: 'halted', message: '', at: 1 } });
    expect(judge(run, true)).toMatchObject({ verdict: 'aborted', reason: 'halted' });
  });
});
