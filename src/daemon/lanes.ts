/** Who waits for whom before a call is sent: a class of calls waits only for its own kind. */

import type { Call, CallEffect, Priority } from '../lifecycle/effects.ts';

/** The seven priorities, and a lane of its own for blocking queries, which hold their place for minutes. */
export type Lane = Priority | 'blocking';

/**
 * Calls in flight at once, by lane. In all they stay below the hundred connections that a Nomad agent takes from one
 * client by default, and a frozen server meets few at once. Injections have room for what one run may hit, since one
 * that waits is judged by an older look at lease and halt.
 */
export const laneLimits: Readonly<Record<Lane, number>> = {
  lock: 2,
  undo: 10,
  inject: 8,
  claim: 4,
  read: 6,
  watch: 4,
  status: 2,
  blocking: 60,
};

/** The lane of an effect. */
export function laneOf(effect: Pick<CallEffect, 'priority' | 'call'>): Lane {
  return isBlocking(effect.call) ? 'blocking' : effect.priority;
}

/** Whether the call waits at the server for a change. */
export function isBlocking(call: Call): boolean {
  return call.op === 'list-variables' && call.index > 0;
}

/** Begins now or later; the promise it answers ends the job's place in its lane, and must not reject. */
export type Job = () => Promise<void>;

export interface Lanes {
  /** Starts the job before it returns when its lane has room, else after those that came before it. */
  add(lane: Lane, job: Job): void;
  /** Jobs under way or waiting, those of the blocking lane apart. */
  busy(): number;
}

interface LaneState {
  active: number;
  readonly waiting: Job[];
}

/** Lanes with the limits given, each first in, first out; `onEnd` is called after each job's end. */
export function createLanes(limits: Readonly<Record<Lane, number>>, onEnd: () => void): Lanes {
  const lanes = new Map<Lane, LaneState>();
  const stateOf = (lane: Lane) => {
    const state = lanes.get(lane) ?? { active: 0, waiting: [] };
    lanes.set(lane, state);
    return state;
  };
  const begin = (lane: Lane, state: LaneState, job: Job) => {
    state.active += 1;
    void job().then(() => {
      state.active -= 1;
      const next = state.waiting.shift();
      if (next !== undefined) begin(lane, state, next);
      onEnd();
    });
  };
  return {
    add: (lane, job) => {
      const state = stateOf(lane);
      if (state.active < limits[lane]) begin(lane, state, job);
      else state.waiting.push(job);
    },
    busy: () => {
      let sum = 0;
      for (const [lane, state] of lanes) if (lane !== 'blocking') sum += state.active + state.waiting.length;
      return sum;
    },
  };
}
