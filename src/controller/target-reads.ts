/** What choosing the targets of a run rests on, and whether it was read lately. */

import { isGlob } from '../base/glob.ts';
import type { AnyFault } from '../faults/fault.ts';
import type { Answered } from '../lifecycle/facts.ts';
import type { Run } from '../lifecycle/run.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { asksOfNodes } from '../targeting/patterns.ts';
import { haltsUnread } from './control.ts';
import { freshMs } from './core.ts';
import { armingMs } from './gates-asked.ts';
import { factsFreshness } from './node-facts.ts';
import { choiceReads, type Freshness, freshRead, worst } from './reads.ts';
import type { Core } from './state.ts';
import { type KnownStep, knownSteps } from './steps.ts';

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

/** Whether all that targeting the steps rests on is fresh; a denial ends the run. */
export function freshFor(core: Core, run: Run, steps: readonly KnownStep[], oldestMs = armingMs): Answered {
  const faults = new Set(steps.map(({ fault }) => fault));
  const fresh = worst([...faults].map(fault => targetFreshness(core, run, fault, oldestMs)));
  if (fresh === 'fresh') return { kind: 'go' };
  if (fresh === 'waiting' || !fresh.denied) return { kind: 'wait' };
  return { kind: 'end', verdict: 'failed', reason: 'denied', message: fresh.message };
}
