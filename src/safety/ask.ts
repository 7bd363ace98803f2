/** Asks the gates of a stage. */

import type { Candidate } from '../faults/fault.ts';
import type { Judge } from '../targeting/candidates.ts';
import type { Gate, GateAnswer, GateContext } from './gate.ts';

/** A gate and what it said. */
export interface Asked {
  readonly gate: Gate;
  readonly answer: GateAnswer;
}

export interface Refused {
  readonly gate: Gate;
  readonly answer: GateAnswer & { readonly ok: false };
}

/**
 * Asks every gate of a stage, in order, also after a refusal: `plan` shows them all. The gates of the stage
 * `candidate` are asked about one candidate; those of `blast` about `context.chosen`.
 */
export function askAll(
  gates: readonly Gate[],
  stage: Gate['stage'],
  context: GateContext,
  candidate?: Candidate,
): readonly Asked[] {
  return gates.filter(gate => gate.stage === stage).map(gate => ({ gate, answer: gate.ask(context, candidate) }));
}

/**
 * The refusal that decides, or undefined when all gates pass: the first for good, else the first that may pass later.
 * So a run waits only when nothing else stands in its way.
 */
export function firstRefusal(asked: readonly Asked[]): Refused | undefined {
  const refusals = asked.flatMap(({ gate, answer }) => (answer.ok ? [] : [{ gate, answer }]));
  return refusals.find(({ answer }) => !answer.retry) ?? refusals[0];
}

/** The candidate gates as targeting asks them: the words of the first that drops a candidate. */
export function candidateJudge(gates: readonly Gate[], context: GateContext): Judge {
  const asked = gates.filter(({ stage }) => stage === 'candidate');
  return candidate => {
    for (const gate of asked) {
      const answer = gate.ask(context, candidate);
      if (!answer.ok) return `${gate.name}: ${answer.message}`;
    }
    return undefined;
  };
}
