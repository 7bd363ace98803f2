/** The two answers of a gate. */

import type { GateAnswer } from '../gate.ts';

export function pass(message: string): GateAnswer {
  return { ok: true, message };
}

/**
 * A refusal. `reason` is a metric label: lower case and `_`. With `retry` the same run may pass a little later with
 * nobody doing anything, so it is worth asking again until its start deadline; without it the run is refused at once.
 */
export function refuse(reason: string, message: string, retry = false): GateAnswer {
  return { ok: false, reason, message, retry };
}

/** A gate that isn't given what it must judge can't let it pass. */
export const notAsked: GateAnswer = refuse('not_asked', 'there is no target to judge');
