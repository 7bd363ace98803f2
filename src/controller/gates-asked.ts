/** What gates are asked about a run, and what their answers mean for it. */

import type { Candidate } from '../faults/fault.ts';
import { approvalState } from '../lifecycle/approval.ts';
import type { Answered } from '../lifecycle/facts.ts';
import type { Run } from '../lifecycle/run.ts';
import { type Asked, firstRefusal } from '../safety/ask.ts';
import type { GateContext } from '../safety/gate.ts';
import { almanac } from '../schedule/almanac.ts';
import { haltsInForce, haltsUnread } from './control.ts';
import { freshMs, note } from './core.ts';
import { lastHits, reservations } from './reservations.ts';
import type { Core } from './state.ts';
import type { KnownStep } from './steps.ts';

/** What gates look at when they are asked about one step of a run. */
export function gateContext(
  core: Core,
  run: Run,
  { fault, step }: Pick<KnownStep, 'fault' | 'step'>,
  chosen?: readonly Candidate[],
): GateContext {
  const { self } = core.config;
  const own =
    self === undefined ? [] : core.view.allocsOf(self.namespace, self.job).filter(each => each.client === 'running');
  let held: GateContext['reservations'] | undefined;
  return {
    namespace: run.namespace,
    home: core.config.home,
    run: run.id,
    experiment: run.experiment,
    fault,
    step,
    view: core.view,
    limits: core.limits.limits,
    ...(core.limits.state === 'valid' ? {} : { limitsProblem: limitsProblem(core) }),
    prefix: core.config.prefix,
    // Most gates ask for neither.
    get reservations() {
      held ??= reservations(core, run.id);
      return held;
    },
    lastHits: jobs => lastHits(core, run.id, jobs),
    halts: haltsInForce(core, run.namespace),
    haltsUnread: haltsUnread(core, run.namespace),
    self: {
      jobs: self === undefined ? [] : [`${self.namespace}/${self.job}`],
      allocs: self === undefined ? [] : [self.alloc, ...own.map(each => each.id)],
      nodes: self === undefined ? [] : [...new Set([self.node, ...own.map(each => each.node)])],
    },
    region: core.config.region,
    now: core.wall,
    startDeadline: run.startDeadline,
    almanac,
    approval: approvalState(run),
    ...(chosen === undefined ? {} : { chosen }),
  };
}

function limitsProblem(core: Core): string {
  if (core.limits.state === 'unread') return 'the limits Variable could not be read yet';
  return core.limits.problems[0]?.message ?? 'the limits Variable is invalid';
}

/** What the answers of gates mean for a run. */
export function verdictOf(core: Core, run: Run, asked: readonly Asked[]): Answered {
  const refusal = firstRefusal(asked);
  if (refusal === undefined) return { kind: 'go' };
  const { reason, message } = refusal.answer;
  // What passes by itself is worth no word; somebody's word is asked for.
  if (refusal.answer.retry) return { kind: 'wait', ...(reason === 'approval' ? { why: { reason, message } } : {}) };
  note(core, { type: 'gate', run: run.id, namespace: run.namespace, gate: refusal.gate.name, reason, message });
  return { kind: 'end', verdict: 'refused', reason, message };
}

/** A halt or targets read this long ago would be too old by the time that the written intent may be sent. */
export const armingMs = freshMs / 2;

/** The first end, else a wait, else go on. */
export function together(answers: Iterable<Answered>): Answered {
  let all: Answered = { kind: 'go' };
  for (const answer of answers) {
    if (answer.kind === 'end') return answer;
    if (answer.kind === 'wait') all = answer;
  }
  return all;
}
