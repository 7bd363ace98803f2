import { describe, expect, it } from 'vitest';
import type { RestartPolicy } from '../../../nomad/types.ts';
import { decideRestart, type Ended } from './restart.ts';

const second = 1e9;
const policy: RestartPolicy = { Attempts: 2, Interval: 60 * second, Delay: 4 * second, Mode: 'fail' };
const failed: Ended = { kind: 'exit', exitCode: 1, signal: 0 };
const well: Ended = { kind: 'exit', exitCode: 0, signal: 0 };
const random = (value: number) => ({ next: () => value, below: () => 0 });

function decide(
  ended: Ended,
  more: { count?: number; now?: number; policy?: RestartPolicy; onSuccess?: boolean; jitter?: number } = {},
) {
  const counted = { policy: more.policy ?? policy, count: more.count ?? 0, since: 0 };
  return decideRestart(counted, ended, {
    now: more.now ?? 1000,
    onSuccess: more.onSuccess ?? true,
    random: random(more.jitter ?? 0),
  });
}

describe('what becomes of a task that ended', () => {
  it.each([
    [0, 4 * second],
    [0.5, 4.5 * second],
    [0.999_999, 5 * second],
  ])('restarts it within the policy, with up to a quarter more delay (chance %d)', (jitter, delay) => {
    const decision = decide(failed, { jitter });
    expect(decision).toMatchObject({ kind: 'restart', reason: 'Restart within policy' });
    expect(decision.kind === 'restart' && Math.round(decision.delay / 1e5)).toBe(Math.round(delay / 1e5));
  });

  it.each<[string, Parameters<typeof decide>, object]>([
    [
      'no attempt is left',
      [failed, { count: 2 }],
      { kind: 'fail', reason: 'Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"' },
    ],
    ['the interval is over', [failed, { count: 2, now: 61_000 }], { kind: 'restart', reason: 'Restart within policy' }],
    [
      'there are no attempts at all',
      [failed, { policy: { ...policy, Attempts: 0 } }],
      { kind: 'fail', reason: 'Policy allows no restarts' },
    ],
    [
      'there are none and it did its work',
      [well, { policy: { ...policy, Attempts: 0 }, onSuccess: false }],
      { kind: 'done' },
    ],
    ['it did its work', [well, { onSuccess: false }], { kind: 'done' }],
    ['a service ended well', [well, {}], { kind: 'restart' }],
    [
      'it can never start',
      [{ kind: 'start-error', recoverable: false }, {}],
      { kind: 'fail', reason: 'Error was unrecoverable' },
    ],
    ['it may start another time', [{ kind: 'start-error', recoverable: true }, {}], { kind: 'restart' }],
    [
      'mode delay waits for the next interval',
      [failed, { count: 2, now: 20_000, policy: { ...policy, Mode: 'delay' } }],
      { kind: 'restart', delay: 40 * second, reason: 'Exceeded allowed attempts, applying a delay' },
    ],
  ])('decides when %s', (_, args, expected) => {
    expect(decide(...args)).toMatchObject(expected);
  });
});
