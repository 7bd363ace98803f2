/** The questions between a claim and the harm: admission, whom, limits, steadiness, and all of it again in the tick of the harm. */

import { isGlob } from '../base/glob.ts';
import { groupHealth } from '../cluster/health.ts';
import type { View } from '../cluster/types.ts';
import type { AnyFault, Candidate, Planned } from '../faults/fault.ts';
import type { Answered } from '../lifecycle/machine.ts';
import type { Exclusion, Intent, Run } from '../lifecycle/run.ts';
import { type Asked, askAll, candidateJudge, firstRefusal } from '../safety/ask.ts';
import type { GateContext } from '../safety/gate.ts';
import type { Experiment, TargetSpec } from '../spec/experiment.ts';
import { choose } from '../targeting/choose.ts';
import { recordExclusions } from '../targeting/explain.ts';
import { haltsDenied, haltsInForce, haltsUnread } from './control.ts';
import { acts, freshMs, note } from './core.ts';
import { choiceReads, type Freshness, freshRead, worst } from './reads.ts';
import { lastHits, reservations } from './reservations.ts';
import type { Core, RunEntry } from './state.ts';
import { groupsOf, targetsOf } from './targets.ts';

/** Bytes of a record that Nomad surely takes, before deflation. */
export const recordHardLimit = 56 * 1024;

export function gateContext(core: Core, run: Run, fault: AnyFault, chosen?: readonly Candidate[]): GateContext {
  const { self } = core.config;
  const own =
    self === undefined ? [] : core.view.allocsOf(self.namespace, self.job).filter(each => each.client === 'running');
  return {
    namespace: run.namespace,
    home: core.config.home,
    run: run.id,
    experiment: run.experiment,
    fault,
    view: core.view,
    limits: core.limits.limits,
    ...(core.limits.state === 'valid' ? {} : { limitsProblem: limitsProblem(core) }),
    prefix: core.config.prefix,
    reservations: reservations(core, run.id),
    lastHits: lastHits(core),
    halts: haltsInForce(core, run.namespace),
    haltsUnread: haltsUnread(core, run.namespace),
    self: {
      jobs: self === undefined ? [] : [`${self.namespace}/${self.job}`],
      allocs: self === undefined ? [] : [self.alloc, ...own.map(each => each.id)],
      nodes: self === undefined ? [] : [...new Set([self.node, ...own.map(each => each.node)])],
    },
    region: core.config.region,
    now: core.wall,
    ...(chosen === undefined ? {} : { chosen }),
  };
}

function limitsProblem(core: Core): string {
  if (core.limits.state === 'unread') return 'the limits Variable could not be read yet';
  return core.limits.problems[0]?.message ?? 'the limits Variable is invalid';
}

function verdictOf(core: Core, run: Run, asked: readonly Asked[]): Answered {
  const refusal = firstRefusal(asked);
  if (refusal === undefined) return { kind: 'go' };
  if (refusal.answer.retry) return { kind: 'wait' };
  const { reason, message } = refusal.answer;
  note(core, { type: 'gate', run: run.id, namespace: run.namespace, gate: refusal.gate.name, reason, message });
  return { kind: 'end', verdict: 'refused', reason, message };
}

/** A halt or targets read this long ago would be too old by the time that the written intent may be sent. */
export const armingMs = freshMs / 2;

export function askAdmission(core: Core, run: Run, fault: AnyFault): Answered {
  if (core.limits.state === 'unread') return { kind: 'wait' };
  if (haltsDenied(core, run.namespace).length === 0 && haltsUnread(core, run.namespace, armingMs).length > 0)
    return { kind: 'wait' };
  return verdictOf(core, run, askAll(core.gates, 'admission', gateContext(core, run, fault)));
}

/** An allocation names its node; its class, datacenter and pool are the node's own to tell. */
export function needsNodes(target: TargetSpec, fault: AnyFault): boolean {
  const { nodeClass, datacenter, nodePool } = target;
  return fault.targetKind === 'node' || [nodeClass, datacenter, nodePool].some(each => each !== undefined);
}

/** What aims at something: a run, or a schedule before its run. */
type Aimed = Pick<Run, 'namespace' | 'experiment'>;

/** Reads what the questions of a run will rest on, unless it was read within `oldestMs`. */
export function readAhead(core: Core, run: Aimed, fault: AnyFault, oldestMs: number): void {
  haltsUnread(core, run.namespace, oldestMs);
  targetFreshness(core, run, fault, oldestMs);
}

/** Whether all that targeting rests on was read within `oldestMs`, by default the five seconds that harm may rest on. */
export function targetFreshness(core: Core, run: Aimed, fault: AnyFault, oldestMs = freshMs): Freshness {
  const since = core.mono - oldestMs;
  const { job, service } = run.experiment.target;
  const all: Freshness[] = [];
  if (needsNodes(run.experiment.target, fault)) all.push(freshRead(core, { op: 'list-nodes' }, since));
  const { self } = core.config;
  // Where the controllers are, the standby's node too: no fault on nodes may hit it.
  if (self !== undefined && fault.targetKind === 'node') {
    all.push(freshRead(core, { op: 'list-job-allocs', namespace: self.namespace, job: self.job }, since));
  }
  if (fault.targetKind === 'region') all.push(freshRead(core, { op: 'read-scheduler' }, since));
  if (job === undefined) return worst(all);
  const reads = (each: string) => choiceReads(run.namespace, each, fault.targetKind, service !== undefined);
  if (!isGlob(job)) {
    core.view.watchJob(run.namespace, job);
    return worst([...all, ...reads(job).map(call => freshRead(core, call, since))]);
  }
  core.view.watchNamespace(run.namespace);
  all.push(freshRead(core, { op: 'list-jobs', namespace: run.namespace }, since));
  if (all.includes('waiting')) return 'waiting';
  const matching = core.view.jobIdsMatching(run.namespace, job);
  return worst([...all, ...matching.flatMap(each => reads(each).map(call => freshRead(core, call, since)))]);
}

export interface Chosen {
  readonly kind: 'chosen';
  readonly intents: readonly Intent[];
  readonly excluded: readonly Exclusion[];
}

export function askChoice(core: Core, entry: RunEntry, fault: AnyFault): Answered | Chosen {
  const { run } = entry.standing;
  const fresh = targetFreshness(core, run, fault, armingMs);
  if (fresh === 'waiting') return { kind: 'wait' };
  if (fresh !== 'fresh') {
    if (!fresh.denied) return { kind: 'wait' };
    return { kind: 'end', verdict: 'failed', reason: 'denied', message: fresh.message };
  }
  const params = run.experiment.method[0]?.with ?? {};
  const context = gateContext(core, run, fault);
  const choice = choose({
    view: core.view,
    namespace: run.namespace,
    target: run.experiment.target,
    fault,
    params,
    seed: run.seed,
    judge: candidateJudge(core.gates, context),
  });
  const planned = callsOf(core.view, run.experiment, { fault, run: run.id }, choice.chosen);
  if (planned.length > 0) {
    entry.chosenIn = core.steps;
    const intents = planned.map(
      (each, n): Intent => ({
        ...each,
        n,
        state: 'planned',
        ...(each.undo === undefined ? {} : { undoState: 'pending' }),
      }),
    );
    return { kind: 'chosen', intents, excluded: recordExclusions(choice.excluded) };
  }
  if (run.experiment.target.ifEmpty === 'wait') return { kind: 'wait' };
  const why =
    choice.nothing ??
    choice.excluded
      .slice(0, 5)
      .map(each => `${each.name}: ${each.why}`)
      .join('; ');
  const message = why === '' ? 'nothing that was chosen could be hit' : why;
  note(core, { type: 'gate', run: run.id, namespace: run.namespace, gate: 'target', reason: 'no_target', message });
  return { kind: 'end', verdict: 'refused', reason: 'no_target', message };
}

export function askBlast(core: Core, entry: RunEntry, fault: AnyFault): Answered {
  const { run } = entry.standing;
  const answer = verdictOf(
    core,
    run,
    askAll(core.gates, 'blast', gateContext(core, run, fault, targetsOf(core.view, run).found)),
  );
  if (answer.kind === 'go') entry.judgedIn = core.steps;
  return answer;
}

/** The calls that a fault would make on those chosen. */
export function callsOf(
  view: View,
  { method, target: { task } }: Experiment,
  { fault, run }: { readonly fault: AnyFault; readonly run?: string },
  chosen: readonly Candidate[],
): readonly Planned[] {
  const context = {
    params: method[0]?.with ?? {},
    view,
    ...(task === undefined ? {} : { task }),
    ...(run === undefined ? {} : { run }),
  };
  return chosen.flatMap(candidate => fault.plan(candidate, context));
}

/** What a group lacks of the default hypothesis, in words; undefined when it has what it desires, healthy. */
export function unsteady(view: View, namespace: string, job: string, group: string): string | undefined {
  const { healthy, desired } = groupHealth(view, namespace, job, group);
  return healthy.length >= desired ? undefined : `group ${job}/${group} has ${healthy.length} of ${desired} healthy`;
}

/** Whether what is hit is to be whole before: a job in the middle of a deployment never is. */
export function isSteadyBefore({ targetKind }: AnyFault): boolean {
  return targetKind !== 'deployment';
}

/** The default hypothesis, before: each group hit has what it desires, healthy. */
export function askSteady(core: Core, run: Run, fault: AnyFault): Answered {
  if (!isSteadyBefore(fault)) return { kind: 'go' };
  for (const [namespace, job, group] of groupsOf(core.view, run)) {
    const why = unsteady(core.view, namespace, job, group);
    if (why === undefined) continue;
    return { kind: 'end', verdict: 'failed', reason: 'not_steady', message: `${why} before anything was done` };
  }
  return { kind: 'go' };
}

/** Once more, in one tick, just before harm is written. */
export function askArmed(core: Core, entry: RunEntry, fault: AnyFault): Answered {
  const { run } = entry.standing;
  if (!acts(core)) return { kind: 'wait' };
  const again = askAdmission(core, run, fault);
  if (again.kind !== 'go') return again;
  if (targetFreshness(core, run, fault, armingMs) !== 'fresh') return { kind: 'wait' };
  // Of what was chosen or judged in this very step nothing can have changed.
  const gone = entry.chosenIn === core.steps ? undefined : missingTargets(core, run, fault);
  if (gone !== undefined) return { kind: 'end', verdict: 'refused', reason: 'target_changed', message: gone };
  const size = JSON.stringify(run).length + 2 * run.intents.length * 200;
  if (size > recordHardLimit) {
    const message = `the record of ${run.intents.length} intents may reach ${size} bytes, and ${recordHardLimit} are allowed`;
    return { kind: 'end', verdict: 'refused', reason: 'record_too_large', message };
  }
  return entry.judgedIn === core.steps ? { kind: 'go' } : askBlast(core, entry, fault);
}

/** Words for the first chosen target that is no longer there to be hit, or that a gate would leave out now. */
export function missingTargets(core: Core, run: Run, fault: AnyFault): string | undefined {
  const judge = candidateJudge(core.gates, gateContext(core, run, fault));
  const { found, missing } = targetsOf(core.view, run);
  if (missing > 0) return 'a chosen target is no longer there';
  for (const candidate of found) {
    if (candidate.kind === 'allocation' && candidate.alloc.client !== 'running') {
      return `allocation ${candidate.alloc.id.slice(0, 8)} is ${candidate.alloc.client} now`;
    }
    const why = judge(candidate);
    if (why !== undefined) return why;
  }
  return undefined;
}
