import { describe, expect, it } from 'vitest';
import { handTime } from './fake-nomad.ts';
import { type RetryLimits, withRetry } from './retry.ts';
import type { NomadRequest, Outcome, RefusedReason } from './types.ts';

const read: NomadRequest = { method: 'GET', path: '/v1/jobs', kind: 'job_list' };
const signal: NomadRequest = { method: 'PUT', path: '/v1/client/allocation/a/signal', kind: 'alloc_signal' };
const stop: NomadRequest = { ...signal, path: '/v1/allocation/a/stop', repeatable: true };

const ok: Outcome = { kind: 'ok', response: { status: 200, index: 1, body: {} } };
const unknown: Outcome = { kind: 'ambiguous', status: 500, message: 'rpc error: EOF' };
const refused = (reason: RefusedReason): Outcome => ({ kind: 'refused', status: 500, message: reason, reason });

/** Sends with the outcomes given, one after another; time jumps to each timer. */
async function tryAll(request: NomadRequest, outcomes: readonly Outcome[], limits: RetryLimits = {}, sendMs = 0) {
  const time = handTime();
  const sent: NomadRequest[] = [];
  const at: number[] = [];
  const send = withRetry(
    async one => {
      at.push(time.mono());
      sent.push(one);
      time.advance(sendMs);
      return outcomes[sent.length - 1] ?? ok;
    },
    {
      clock: time,
      timers: {
        after: (ms, fn) => {
          queueMicrotask(() => time.advance(ms));
          return time.after(ms, fn);
        },
      },
      chance: () => 0.5,
    },
    limits,
  );
  const outcome = await send(request);
  return { outcome, sent, at };
}

describe('withRetry', () => {
  it.each<[string, NomadRequest, Outcome, number]>([
    ['a read that ended ambiguously', read, unknown, 2],
    ['a write that may be repeated', stop, unknown, 2],
    ['a signal that may have been sent', signal, unknown, 1],
    ['a read marked as not repeatable', { ...read, repeatable: false }, unknown, 1],
    ['a signal that reached nobody', signal, refused('unreachable'), 2],
    ['a signal without a leader', signal, refused('no-leader'), 2],
    ['a signal too many', signal, refused('limited'), 2],
    ['a denied read', read, refused('denied'), 1],
    ['a conflict', stop, refused('conflict'), 1],
    ['a missing job', read, refused('not-found'), 1],
    ['a task that does not run', stop, refused('error'), 1],
    ['a success', read, ok, 1],
  ])('judges %s', async (_, request, outcome, tries) => {
    expect((await tryAll(request, [outcome])).sent).toHaveLength(tries);
  });

  it('answers with the last outcome after the last try, with pauses that double', async () => {
    const { outcome, at } = await tryAll(signal, Array(9).fill(refused('no-leader')), { tries: 4, pauseMs: 100 });
    expect(outcome).toEqual(refused('no-leader'));
    expect(at).toEqual([0, 75, 225, 525]);
  });

  it('ends in time, and gives the last try what is left of it', async () => {
    const { at, sent } = await tryAll(read, Array(9).fill(unknown), { withinMs: 1_000, pauseMs: 100, tries: 9 }, 300);
    expect(at).toEqual([0, 375, 825]);
    expect(sent.map(each => each.timeoutMs)).toEqual([undefined, 625, 175]);
  });

  it('does not wait once its caller gave up', async () => {
    const time = handTime();
    const abort = new AbortController();
    let sent = 0;
    const send = withRetry(
      async () => {
        sent += 1;
        return refused('unreachable');
      },
      { clock: time, timers: time, chance: () => 0 },
    );
    const pending = send(read, { signal: abort.signal });
    await Promise.resolve();
    abort.abort();
    expect(await pending).toEqual(refused('unreachable'));
    expect([sent, time.pending()]).toEqual([1, 0]);
  });
});
