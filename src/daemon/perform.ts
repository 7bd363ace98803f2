/** Effects become calls to Nomad, here and nowhere else. Each call is sent at most once and answered exactly once. */

import type { Answer, Happening } from '../controller/types.ts';
import type { Call, CallEffect } from '../lifecycle/effects.ts';
import type { NomadRequest } from '../nomad/types.ts';
import { hardLimit, type Items, isRecordPath, itemBytes, pack, softLimit, unpack } from '../runs/pack.ts';
import type { Clock, Log } from '../world/types.ts';
import { createLanes, isBlocking, type Lane, laneLimits, laneOf } from './lanes.ts';
import type { RequestSample, Send, Translation } from './types.ts';

export interface PerformerDeps extends Translation {
  readonly send: Send;
  readonly clock: Pick<Clock, 'mono'>;
  readonly log: Log;
  /** Prefix of the Variables, whose `runs/` are packed. */
  readonly prefix: string;
  /** Takes each answer. */
  readonly deliver: (happening: Extract<Happening, { kind: 'answer' }>) => void;
  readonly sample: (sample: RequestSample) => void;
  readonly limits?: Readonly<Record<Lane, number>>;
  /** An injection that waited for its turn longer than this is not sent any more. Default: the age limit of an intent. */
  readonly injectWaitMs?: number;
}

export interface Performer {
  /** Sends before it returns, unless the lane is full; never throws. */
  perform(effect: CallEffect): void;
  /** Resolves when no call but blocking queries is under way or waits. */
  settled(): Promise<void>;
  /** Calls under way or waiting, blocking queries apart. */
  busy(): number;
}

/** What was judged when an intent was sent must still be so: the lease, the halt, the targets. */
const intentAgeMs = 5_000;

/** A performer that turns effects into requests, sends them by lane and delivers what came of each. */
export function createPerformer(deps: PerformerDeps): Performer {
  const injectWaitMs = deps.injectWaitMs ?? intentAgeMs;
  let waiters: (() => void)[] = [];
  const lanes = createLanes(deps.limits ?? laneLimits, () => {
    if (lanes.busy() > 0) return;
    const woken = waiters;
    waiters = [];
    for (const resolve of woken) resolve();
  });

  /** The request of a call, or the answer that stands in its place. */
  const prepare = (effect: CallEffect): NomadRequest | Answer => {
    try {
      const call = isRecordWrite(effect.call, deps.prefix) ? packed(effect.call, deps.log) : effect.call;
      if ('refused' in call) return refuse('invalid', call.refused);
      return { ...deps.requestOf(call), timeoutMs: effect.timeoutMs };
    } catch (error) {
      deps.log.error(
        { id: effect.id, op: effect.call.op, error: messageOf(error) },
        'a call could not be made a request',
      );
      return refuse('invalid', `not sent: ${messageOf(error)}`);
    }
  };

  const exchange = async (effect: CallEffect, request: NomadRequest, sentAt: number): Promise<Answer> => {
    try {
      const outcome = await deps.send(request);
      const status = outcome.kind === 'ok' ? outcome.response.status : outcome.status;
      const seconds = (deps.clock.mono() - sentAt) / 1000;
      deps.sample({ kind: request.kind, status, outcome: outcome.kind, seconds, blocking: isBlocking(effect.call) });
      return deps.answerOf(effect.call, outcome);
    } catch (error) {
      // Whether it left isn't known, so neither is its effect.
      deps.log.error({ id: effect.id, op: effect.call.op, error: messageOf(error) }, 'a call ended without an outcome');
      return { kind: 'ambiguous', message: messageOf(error) };
    }
  };

  const run = async (effect: CallEffect, askedAt: number): Promise<void> => {
    const now = deps.clock.mono();
    const notAfter =
      effect.notAfter ?? (effect.priority === 'inject' ? askedAt + injectWaitMs : Number.POSITIVE_INFINITY);
    const late = `not sent: it waited ${Math.round(now - askedAt)} ms for its turn, longer than it may`;
    const request = now > notAfter ? refuse('limited', late) : prepare(effect);
    const unsent = !('method' in request);
    const answer = unsent ? request : await exchange(effect, request, now);
    // What was not sent tells of the instant that it was asked for: nothing left later than it might.
    const sentAt = unsent ? askedAt : now;
    deps.deliver({ kind: 'answer', id: effect.id, call: effect.call, answer: unpacked(effect, answer, deps), sentAt });
  };

  return {
    perform: effect => {
      const askedAt = deps.clock.mono();
      lanes.add(laneOf(effect), () => run(effect, askedAt));
    },
    settled: () => (lanes.busy() === 0 ? Promise.resolve() : new Promise(resolve => waiters.push(resolve))),
    busy: lanes.busy,
  };
}

type RecordWrite = Extract<Call, { op: 'write-variable' }>;

function isRecordWrite(call: Call, prefix: string): call is RecordWrite {
  return call.op === 'write-variable' && isRecordPath(prefix, call.path);
}

/** The write as it is sent, or why it can't be. */
function packed(call: RecordWrite, log: Log): RecordWrite | { readonly refused: string } {
  const { items, bytes } = pack(call.items);
  if (bytes > hardLimit) {
    const plain = itemBytes(call.items);
    return {
      refused: `not sent: the record ${call.path} takes ${bytes} bytes (${plain} unpacked), and at most ${hardLimit} fit: choose fewer targets`,
    };
  }
  if (bytes > softLimit) {
    log.warn(
      { path: call.path, bytes, limit: softLimit },
      'a run record grows large: fewer targets a run keep it small',
    );
  }
  return { ...call, items };
}

/** The answer with a record's body in plain. One that can't be read stays packed: the `undo` beside it is never packed. */
function unpacked(effect: CallEffect, answer: Answer, { prefix, log }: Pick<PerformerDeps, 'prefix' | 'log'>): Answer {
  if (answer.kind === 'ambiguous' || !('path' in effect.call) || !isRecordPath(prefix, effect.call.path)) return answer;
  const value = answer.value as { readonly Items?: Items | null } | null | undefined;
  const items = value?.Items;
  if (items === undefined || items === null) return answer;
  try {
    return { ...answer, value: { ...value, Items: unpack(items) } };
  } catch (error) {
    log.error({ id: effect.id, path: effect.call.path }, `a run record is damaged: ${messageOf(error)}`);
    return answer;
  }
}

function refuse(reason: 'invalid' | 'limited', message: string): Answer {
  return { kind: 'refused', reason, message };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
