/** The questions between a claim and the harm: admission, whom, limits, steadiness, and all of it again in the tick of the harm. */

import { isGlob } from '../base/glob.ts';
import { groupHealth } from '../cluster/health.ts';
import type { View } from '../cluster/types.ts';
import type { AnyFault, Candidate, TargetRef } from '../faults/fault.ts';
import { approvalState } from '../lifecycle/approval.ts';
import type { Answered } from '../lifecycle/facts.ts';
import {
  type Exclusion,
  type Intent,
  isLaterWave,
  nextStage,
  presentIntents,
  type Run,
  stageOf,
} from '../lifecycle/run.ts';
import { type Asked, askAll, candidateJudge, firstRefusal } from '../safety/ask.ts';
import { harmedBy } from '../safety/basis/harm.ts';
import type { GateContext } from '../safety/gate.ts';
import { almanac } from '../schedule/almanac.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import type { Choice } from '../targeting/choose.ts';
import { recordExclusions } from '../targeting/explain.ts';
import { asksOfNodes } from '../targeting/patterns.ts';
import { shadowOf } from './blackouts.ts';
import { haltsDenied, haltsInForce, haltsUnread } from './control.ts';
import { acts, freshMs, knowsAll, note } from './core.ts';
import { factsFreshness } from './node-facts.ts';
import { presenceOf } from './presence.ts';
import { choiceReads, type Freshness, freshRead, worst } from './reads.ts';
import { whyExcluded } from './replan.ts';
import { lastHits, reservations } from './reservations.ts';
import type { Core, RunEntry } from './state.ts';
import { callsOf, chooseFor, intentsOf, type KnownStep, knownSteps } from './steps.ts';
import { groupsOf, targetsOf } from './targets.ts';

/** Bytes of a record that Nomad surely takes, before deflation. */
export const recordHardLimit = 56 * 1024;

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
    reservations: reservations(core, run.id),
    lastHits: lastHits(core, run.id),
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

function verdictOf(core: Core, run: Run, asked: readonly Asked[]): Answered {
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
function together(answers: Iterable<Answered>): Answered {
  let all: Answered = { kind: 'go' };
  for (const answer of answers) {
    if (answer.kind === 'end') return answer;
    if (answer.kind === 'wait') all = answer;
  }
  return all;
}

export function askAdmission(core: Core, run: Run): Answered {
  if (core.limits.state === 'unread' || !knowsAll(core) || presenceOf(core, run) === 'unknown') return { kind: 'wait' };
  if (haltsDenied(core, run.namespace).length === 0 && haltsUnread(core, run.namespace, armingMs).length > 0)
    return { kind: 'wait' };
  const steps = knownSteps(core.catalog, run.experiment);
  return together(
    steps.map(step => verdictOf(core, run, askAll(core.gates, 'admission', gateContext(core, run, step)))),
  );
}

/** An allocation names its node; its class, datacenter and pool are the node's own to tell. */
export function needsNodes(target: TargetSpec, fault: AnyFault): boolean {
  return fault.targetKind === 'node' || asksOfNodes(target);
}

/** What aims at something: a run, or a schedule before its run. */
type Aimed = Pick<Run, 'namespace' | 'experiment'>;

/** Reads what the questions of a run will rest on, unless it was read within `oldestMs`. */
export function readAhead(core: Core, run: Aimed, oldestMs: number): void {
  haltsUnread(core, run.namespace, oldestMs);
  for (const { fault } of knownSteps(core.catalog, run.experiment)) targetFreshness(core, run, fault, oldestMs);
}

/** Whether all that targeting rests on was read within `oldestMs`, by default the five seconds that harm may rest on. */
export function targetFreshness(core: Core, run: Aimed, fault: AnyFault, oldestMs = freshMs): Freshness {
  const listed = listFreshness(core, run, fault, oldestMs);
  if (listed !== 'fresh') return listed;
  const { namespace, experiment } = run;
  return factsFreshness(core, { view: core.view, namespace, target: experiment.target, targetKind: fault.targetKind });
}

function listFreshness(core: Core, run: Aimed, fault: AnyFault, oldestMs: number): Freshness {
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

/** Whether all that targeting the steps rests on is fresh; a denial ends the run. */
export function freshFor(core: Core, run: Run, steps: readonly KnownStep[], oldestMs = armingMs): Answered {
  const faults = new Set(steps.map(({ fault }) => fault));
  const fresh = worst([...faults].map(fault => targetFreshness(core, run, fault, oldestMs)));
  if (fresh === 'fresh') return { kind: 'go' };
  if (fresh === 'waiting' || !fresh.denied) return { kind: 'wait' };
  return { kind: 'end', verdict: 'failed', reason: 'denied', message: fresh.message };
}

/** Whom the run hits, in all its steps: one that would find nothing ends it before any harm. */
export function askChoice(core: Core, entry: RunEntry): Answered | Chosen {
  const { run } = entry.standing;
  const steps = knownSteps(core.catalog, run.experiment);
  const fresh = freshFor(core, run, steps);
  if (fresh.kind !== 'go') return fresh;
  const choice = chooseSteps(core, run, steps, 0);
  if (choice.kind === 'chosen') {
    entry.chosenIn = core.steps;
    return choice;
  }
  if (run.experiment.target.ifEmpty === 'wait') return { kind: 'wait' };
  const { message } = choice;
  note(core, { type: 'gate', run: run.id, namespace: run.namespace, gate: 'target', reason: 'no_target', message });
  return { kind: 'end', verdict: 'refused', reason: 'no_target', message };
}

/** Whether a run would find anything to hit, as far as that can be known before it is claimed. What is denied is left to the run itself to tell. */
export function findsNothing(core: Core, run: Run): 'nothing' | 'something' | 'waiting' {
  if (core.limits.state === 'unread') return 'waiting';
  const steps = knownSteps(core.catalog, run.experiment);
  const fresh = freshFor(core, run, steps);
  if (fresh.kind !== 'go') return fresh.kind === 'end' ? 'something' : 'waiting';
  return chooseSteps(core, run, steps, 0).kind === 'nothing' ? 'nothing' : 'something';
}

/** Intents of some steps, numbered from `from`; or why one of them finds nothing to hit. */
function chooseSteps(
  core: Core,
  run: Run,
  steps: readonly KnownStep[],
  from: number,
): Chosen | { readonly kind: 'nothing'; readonly message: string } {
  const { view } = core;
  const { target } = run.experiment;
  const intents: Intent[] = [];
  const excluded: Exclusion[] = [];
  for (const step of steps) {
    const judge = candidateJudge(core.gates, gateContext(core, run, step));
    const choice = chooseFor(step, {
      view,
      namespace: run.namespace,
      experiment: run.experiment,
      seed: run.seed,
      judge,
    });
    const calls = callsOf(step, { view, target, run: run.id }, choice.chosen);
    if (calls.length === 0) return { kind: 'nothing', message: whyNothing(choice) };
    intents.push(...intentsOf(step, calls, from + intents.length));
    excluded.push(...choice.excluded);
  }
  return { kind: 'chosen', intents, excluded: recordExclusions(excluded) };
}

function whyNothing({ nothing, excluded }: Choice): string {
  const why =
    nothing ??
    excluded
      .slice(0, 5)
      .map(each => `${each.name}: ${each.why}`)
      .join('; ');
  return why === '' ? 'nothing that was chosen could be hit' : why;
}

/** Whether those that some steps hit are within limits, each step beside those that are done together with it. */
function blastOf(core: Core, run: Run, intents: readonly Intent[]): Answered {
  const steps = knownSteps(core.catalog, run.experiment).filter(({ index }) =>
    intents.some(({ step = 0 }) => step === index),
  );
  // A later wave begins once the one before is whole again.
  const now = intents.filter(({ wave = 0 }) => wave === 0);
  const targets = steps.map(step => ({
    step,
    chosen: targetsOf(core.view, { intents: now.filter(each => (each.step ?? 0) === step.index) }).found,
  }));
  return together(
    targets.map(({ step, chosen }) => {
      const beside = targets.filter(other => other.step !== step && other.step.stage === step.stage);
      const harmed = beside.flatMap(other => {
        const context = gateContext(core, run, other.step, other.chosen);
        return other.chosen.flatMap(candidate => harmedBy(context, candidate));
      });
      const context = { ...gateContext(core, run, step, chosen), ...(harmed.length === 0 ? {} : { beside: harmed }) };
      return verdictOf(core, run, askAll(core.gates, 'blast', context));
    }),
  );
}

export function askBlast(core: Core, entry: RunEntry): Answered {
  const { run } = entry.standing;
  const answer = blastOf(core, run, run.intents);
  if (answer.kind === 'go') entry.judgedIn = core.steps;
  return answer;
}

/** What a group lacks of the default hypothesis, in words; undefined when it has what it desires, healthy. */
export function unsteady(view: View, namespace: string, job: string, group: string): string | undefined {
  const { healthy, desired } = groupHealth(view, namespace, job, group);
  return healthy.length >= desired ? undefined : `group ${job}/${group} has ${healthy.length} of ${desired} healthy`;
}

/** Whether what is hit is to be whole before: a job in the middle of a deployment never is. */
export function isSteadyBefore({ kind }: TargetRef): boolean {
  return kind !== 'deployment';
}

/** The default hypothesis, before: each group hit has what it desires, healthy. */
export function askSteady(core: Core, run: Run): Answered {
  const asked = { intents: run.intents.filter(({ target }) => isSteadyBefore(target)) };
  for (const [namespace, job, group] of groupsOf(core.view, asked)) {
    const why = unsteady(core.view, namespace, job, group);
    if (why === undefined) continue;
    return { kind: 'end', verdict: 'failed', reason: 'not_steady', message: `${why} before anything was done` };
  }
  return { kind: 'go' };
}

/** Once more, in one tick, just before harm is written. */
export function askArmed(core: Core, entry: RunEntry): Answered {
  const { run } = entry.standing;
  if (!acts(core)) return { kind: 'wait' };
  const again = askAdmission(core, run);
  if (again.kind !== 'go') return again;
  const first = presentIntents(run);
  const steps = knownSteps(core.catalog, run.experiment);
  if (freshFor(core, run, steps).kind !== 'go') return { kind: 'wait' };
  // Of what was chosen or judged in this very step nothing can have changed.
  const gone = entry.chosenIn === core.steps ? undefined : (missingTargets(core, run, first) ?? whyExcluded(core, run));
  if (gone !== undefined) return { kind: 'end', verdict: 'refused', reason: 'target_changed', message: gone };
  const tooLarge = whyTooLarge(run);
  if (tooLarge !== undefined) return { kind: 'end', verdict: 'refused', reason: 'record_too_large', message: tooLarge };
  return entry.judgedIn === core.steps ? { kind: 'go' } : askBlast(core, entry);
}

/** Why the record of a run might not fit into a Variable. */
function whyTooLarge(run: Run): string | undefined {
  const size = JSON.stringify(run).length + 2 * run.intents.length * 200;
  return size > recordHardLimit
    ? `the record of ${run.intents.length} intents may reach ${size} bytes, and ${recordHardLimit} are allowed`
    : undefined;
}

/**
 * Whether the next stage begins. Each step chooses anew, with the run's seed: what an earlier one hit may have been
 * replaced. It waits for the targets to be fit again.
 */
export function askNext(core: Core, entry: RunEntry): Answered | Chosen {
  const { run } = entry.standing;
  const stage = nextStage(run);
  if (stage === undefined || !acts(core)) return { kind: 'wait' };
  const admission = askAdmission(core, run);
  if (admission.kind !== 'go') return admission;
  // Harm was done already: what would begin as a shadow run can't go on as one.
  const shadow = shadowOf(core, run);
  if (shadow !== undefined) return { kind: 'end', verdict: 'refused', reason: 'blackout', message: shadow };
  const steps = knownSteps(core.catalog, run.experiment).filter(each => each.stage === stage);
  const fresh = freshFor(core, run, knownSteps(core.catalog, run.experiment));
  if (fresh.kind !== 'go') return fresh;
  if (isLaterWave(stage)) {
    const why = groupsOf(core.view, run).map(group => unsteady(core.view, ...group));
    const leaving = run.intents.filter(each => stageOf(each) === stage);
    if (why.some(each => each !== undefined) || missingTargets(core, run, leaving) !== undefined)
      return { kind: 'wait' };
    return { kind: 'go' };
  }
  const choice = chooseSteps(core, run, steps, Math.max(...run.intents.map(({ n }) => n)) + 1);
  if (choice.kind === 'nothing') return { kind: 'wait' };
  const blast = blastOf(core, run, choice.intents);
  if (blast.kind !== 'go') return blast;
  const after = run.intents.filter(each => stageOf(each) > stage && !steps.some(({ index }) => index === each.step));
  const intents = [...choice.intents, ...after];
  const tooLarge = whyTooLarge({ ...run, intents: [...run.intents.filter(each => stageOf(each) < stage), ...intents] });
  if (tooLarge !== undefined) return { kind: 'end', verdict: 'failed', reason: 'record_too_large', message: tooLarge };
  return { ...choice, intents };
}

/** Words for the first target that is no longer there to be hit, or, where they are asked, that a gate would leave out now. */
export function missingTargets(core: Core, run: Run, intents: readonly Intent[], isJudged = true): string | undefined {
  for (const step of knownSteps(core.catalog, run.experiment)) {
    const mine = intents.filter(each => (each.step ?? 0) === step.index);
    if (mine.length === 0) continue;
    const judge = candidateJudge(core.gates, gateContext(core, run, step));
    const { found, missing } = targetsOf(core.view, { intents: mine });
    if (missing > 0) return 'a chosen target is no longer there';
    for (const candidate of found) {
      if (candidate.kind === 'allocation' && candidate.alloc.client !== 'running')
        return `allocation ${candidate.alloc.id.slice(0, 8)} is ${candidate.alloc.client} now`;
      const why = isJudged ? judge(candidate) : undefined;
      if (why !== undefined) return why;
    }
  }
  return undefined;
}
