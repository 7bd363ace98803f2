/** The one place where the fold is driven: one inbox, one timer, one step at a time. */

import type { Happening } from '../controller/types.ts';
import type { Effect } from '../lifecycle/effects.ts';
import type { Clock, Timers } from '../world/types.ts';
import type { Stepper } from './types.ts';

/** The effects of one step, in the order of performing. */
const inTurn: readonly ReadonlySet<Effect['kind']>[] = [
  new Set(['call', 'stream']),
  new Set(['probe']),
  new Set(['note']),
  new Set(['exit']),
];

export interface LoopDeps {
  readonly controller: Pick<Stepper, 'step'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Performs one effect before it returns; must not throw. `exit` comes last, after the others of its step. */
  readonly perform: (effect: Effect) => void;
  /** The fold threw: its state can't be trusted any more, and the loop has ended. */
  readonly onFailure: (error: unknown, happening: Happening) => void;
}

export interface Loop {
  /** Puts a happening in; it is stepped at once unless another step is under way. Never throws; ignored once closed. */
  push(happening: Happening): void;
  close(): void;
}

/** The timer looks at the clock this often, so that a machine that slept is noticed when it wakes. */
const longestWaitMs = 1_000;
/** After so many steps without a pause sockets and timers get a turn, even when every answer comes at once. */
const stepsPerTurn = 256;
/** Nothing to do for so long was a turn for them. */
const pauseMs = 2;

/** A loop that begins with its first happening. */
export function createLoop(deps: LoopDeps): Loop {
  const inbox: Happening[] = [];
  let seq = 0;
  let running = false;
  let closed = false;
  let turn = 0;
  let steppedAt = Number.NEGATIVE_INFINITY;
  let deadline: number | undefined;
  let armed: { readonly for: number; readonly cancel: () => void } | undefined;
  let cancelRest: (() => void) | undefined;

  const disarm = () => {
    armed?.cancel();
    armed = undefined;
  };

  const arm = () => {
    if (armed !== undefined && armed.for === deadline) return;
    disarm();
    if (closed || deadline === undefined) return;
    const wait = Math.min(Math.max(0, Math.ceil(deadline - deps.clock.mono())), longestWaitMs);
    const cancel = deps.timers.after(wait, () => {
      armed = undefined;
      if (deadline !== undefined && deps.clock.mono() >= deadline) push({ kind: 'timer' });
      else arm();
    });
    armed = { for: deadline, cancel };
  };

  const close = () => {
    closed = true;
    inbox.length = 0;
    disarm();
    cancelRest?.();
  };

  const stepOnce = (happening: Happening) => {
    seq += 1;
    try {
      const { effects, nextDeadline } = deps.controller.step({
        seq,
        mono: deps.clock.mono(),
        wall: deps.clock.wall(),
        happening,
      });
      deadline = nextDeadline;
      // Calls leave before anything is told of them: a line of the log must not hold up a kill or its undo.
      for (const order of inTurn) for (const effect of effects) if (order.has(effect.kind)) deps.perform(effect);
    } catch (error) {
      close();
      deps.onFailure(error, happening);
    }
  };

  const drain = () => {
    if (running) return;
    running = true;
    if (deps.clock.mono() - steppedAt > pauseMs && cancelRest === undefined) turn = 0;
    while (!closed && turn < stepsPerTurn) {
      const happening = inbox.shift();
      if (happening === undefined) break;
      turn += 1;
      stepOnce(happening);
    }
    running = false;
    steppedAt = deps.clock.mono();
    if (closed) return;
    arm();
    if (turn >= stepsPerTurn && cancelRest === undefined) {
      cancelRest = deps.timers.after(0, () => {
        cancelRest = undefined;
        turn = 0;
        drain();
      });
    }
  };

  const push = (happening: Happening) => {
    if (closed) return;
    inbox.push(happening);
    drain();
  };

  return { push, close };
}
