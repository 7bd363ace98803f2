/** Job `web` as Nomad gives it, for tests of faults on jobs and on what belongs to them. */

import { id, job, serverTime } from '../cluster/nomad.fixture.ts';
import type { JobView } from '../cluster/types.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { Job } from '../nomad/types.ts';
import { readParameters } from '../spec/parameters.ts';
import type { AnyFault, Candidate, FaultContext, Injected } from './fault.ts';

export const run = 'default_web-chaos_20261124T100000Z';

/** A view that knows `web`, of index 90, and what `over` says of it. */
export function webView(over: Partial<Job> = {}): MutableView {
  const view = createView();
  view.applyJob(job(over));
  return view;
}

/** `web` as it is after a change of that index. */
export function webAt(index: number, over: Partial<Job> = {}): Job {
  return job({ ModifyIndex: index, JobModifyIndex: index, ...over });
}

export function webOf(view: MutableView): JobView {
  const found = view.job('default', 'web');
  if (found === undefined) throw new Error('web is not in the view');
  return found;
}

/** A deployment of `web`, under way, of index 100. */
export function deploymentOf(n: number, over: object = {}): object {
  const about = { ID: id(n), Namespace: 'default', JobID: 'web', JobVersion: 1, Status: 'running' };
  return { ...about, CreateIndex: 100, ModifyIndex: 100, ...over };
}

/** What a fault is handed with its candidate; the parameters as users write them. */
export function contextFor(
  fault: AnyFault,
  view: MutableView,
  input: Readonly<Record<string, unknown>> = {},
): FaultContext<never> {
  const read = readParameters(fault, input);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return { params: read.value as never, view, run };
}

/** The intents for one candidate, in the order planned. */
export function plannedFor(
  fault: AnyFault,
  candidate: Candidate,
  view: MutableView,
  input: Readonly<Record<string, unknown>> = {},
): readonly Injected[] {
  return fault.plan(candidate, contextFor(fault, view, input));
}

/** The only intent for a candidate. */
export function onlyOne(planned: readonly Injected[]): Injected {
  const [first, ...more] = planned;
  if (first === undefined || more.length > 0) throw new Error(`${planned.length} intents, and one was meant`);
  return first;
}

/** What a scale of `cache` to that count changes of `web`. */
export function sizedAt(count: number): Partial<Job> {
  return { TaskGroups: sized(count).TaskGroups ?? [], SubmitTime: serverTime(5_000) } as Partial<Job>;
}

/** `web` with so many of `cache`, and bounds where given. */
export function sized(count: number, over: Partial<Job> = {}, scaling?: object): Job {
  const { TaskGroups } = job({}, count);
  return job({
    ...over,
    TaskGroups: (TaskGroups ?? []).map(each => ({ ...each, ...(scaling && { Scaling: scaling }) })),
  });
}

/** The group `cache` of `web`. */
export function cacheOf(view: MutableView): Candidate {
  const found = webOf(view);
  const [group] = found.groups;
  if (group === undefined) throw new Error('web has no group');
  return { kind: 'group', job: found, group };
}
