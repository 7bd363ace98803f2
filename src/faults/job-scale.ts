import { z } from 'zod';
import { int, percent } from '../base/fields.ts';
import type { AllocView, GroupView, JobView, View } from '../cluster/types.ts';
import type { FaultCall } from '../lifecycle/effects.ts';
import type { Fault, Injected, Residue, SeenJob, TargetRef, UndoDecision } from './fault.ts';
import { asBefore, isChangedAfterUndo, jobOfTarget, whyNoJob, whyNoService } from './on-job.ts';

const most = 10_000;

const parameters = z
  .strictObject({
    count: int({ max: most, help: 'The count to scale to.' }).optional(),
    delta: int({ min: -most, max: most, help: 'What to add to the count; without any of the three, -1.' }).optional(),
    percent: percent({ max: 900, help: 'The share of the count to scale to, rounded down.' }).optional(),
  })
  .superRefine((given, { addIssue }) => {
    const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (names.length < 2) return;
    const about = { found: names.join(' and '), allowed: 'one of count, delta and percent' };
    addIssue({
      code: 'custom',
      path: names.slice(-1),
      message: 'count, delta and percent exclude each other',
      params: about,
    });
  });

type Parameters = z.infer<typeof parameters>;

/** The states of a deployment in which Nomad refuses to scale its job. */
const active: ReadonlySet<string> = new Set(['running', 'paused', 'pending', 'blocked', 'unblocking', 'initializing']);

/** Changes a group's count, as `nomad job scale` does, and puts it back. */
export const jobScale: Fault<Parameters> = {
  name: 'job-scale',
  summary: 'Changes the count of a group for a while, as an autoscaler or an operator would.',
  targetKind: 'group',
  reach: 'target',
  lasts: true,
  onePerJob: true,
  undoClass: 'inverse',
  parameters,
  permissions: [
    { scope: 'namespace', capability: 'read-job' },
    { scope: 'namespace', capability: 'scale-job' },
    // Nomad refuses to scale while the scale's own deployment runs; registering the job with its old count is not.
    { scope: 'namespace', capability: 'register-job' },
  ],
  byHand: (target, undo) =>
    target.kind === 'group'
      ? `nomad job scale -namespace ${target.namespace} ${target.job} ${target.group} ${undo?.args['count'] ?? '<the count before>'}`
      : 'nomad job scale -namespace <namespace> <job> <group> <the count before>',

  checkByHand: (target, undo) => ({
    line:
      target.kind === 'group'
        ? `nomad job status -namespace ${target.namespace} ${target.job}`
        : 'nomad job status -namespace <namespace> <job>',
    says: `so many of the group run again: ${undo?.args['count'] ?? 'the count before'}`,
    mind: 'Where its count is not the `ours` of the line, somebody else has changed it since: leave it. While a deployment of the job is under way Nomad refuses to scale it (`job scaling blocked due to active deployment`): wait for its end, or run the file of the job.',
  }),

  residue: ({ jobs }) => jobs.flatMap(scaledStill),

  exclude(candidate, { params }) {
    if (candidate.kind !== 'group') return 'not a group';
    const { job, group } = candidate;
    const why = whyNoService(job);
    if (why !== undefined) return why;
    const to = countFor(group, params);
    if (to === group.count) return `its count is ${to} already`;
    if (group.scaling !== undefined && to < group.scaling.min)
      return `a count of ${to} is below the minimum of its scaling block, ${group.scaling.min}`;
    if (group.scaling !== undefined && to > group.scaling.max)
      return `a count of ${to} is above the maximum of its scaling block, ${group.scaling.max}`;
    return undefined;
  },

  plan(candidate, { params, run = '<run>' }) {
    if (candidate.kind !== 'group') return [];
    const { job, group } = candidate;
    const to = countFor(group, params);
    const from = group.count;
    return [
      {
        target: { kind: 'group', namespace: job.namespace, job: job.id, group: group.name },
        call: scaleCall(job, group.name, { to, run, message: `Sirocco run ${run}: from ${from} to ${to}` }),
        sending: 'repeatable',
        before: { count: from, job_modify_index: job.jobModifyIndex },
        ...(to < from ? { takes: [{ group: group.name, of: from, taken: from - to }] } : {}),
        undo: { op: 'job-scale', args: { group: group.name, count: from, ours: to } },
      },
    ];
  },

  /** Nomad chooses which ones end: as many of the healthy ones as are taken away. */
  harms(candidate, { params, view }) {
    if (candidate.kind !== 'group') return [];
    const { job, group } = candidate;
    const taken = Math.max(0, group.count - countFor(group, params));
    return view
      .allocsOf(job.namespace, job.id)
      .filter(each => each.group === group.name && each.desired === 'run' && each.client === 'running')
      .slice(0, taken);
  },

  observe(intent, view) {
    const { call, before, answeredIndex } = intent;
    const job = jobOfTarget(intent.target, view);
    const group = groupOf(intent.target, job);
    if (call.op !== 'job-scale' || job === undefined || group === undefined)
      return { seen: false, why: "the group can't be seen" };
    if (!isScaled(job, intent)) return { seen: false, why: 'what is known of the job is older than the call' };
    // Of a call without an answer nothing tells that the count is our doing.
    if (answeredIndex === undefined) return { seen: false, why: 'the call was not answered' };
    if (group.count !== call.count) return { seen: false, why: `its count is ${group.count}` };
    // The count is only a wish until the scheduler has acted on it.
    const meant = view
      .allocsOf(job.namespace, job.id)
      .filter(each => each.group === group.name && each.desired === 'run' && !hasEnded(each)).length;
    const isDown = call.count < Number(before['count']);
    if (isDown ? meant > call.count : meant < call.count)
      return { seen: false, why: `its count is ${group.count}, and ${meant} are meant to run still` };
    const evidence = `its count is ${group.count}, and was ${before['count']} (index ${job.jobModifyIndex})`;
    return { seen: true, evidence, at: { server: job.submitTime } };
  },

  undo(intent, view, run) {
    const job = jobOfTarget(intent.target, view);
    const problem = whyNoJob(intent, view);
    if (problem !== undefined || job === undefined) return problem ?? { kind: 'unreachable', why: 'not on a job' };
    if (intent.answeredIndex !== undefined && !isScaled(job, intent))
      return { kind: 'unreachable', why: 'what is known of the job is older than what we did to it' };
    const args = intent.undo?.args ?? {};
    const [from, ours] = [Number(args['count']), Number(args['ours'])];
    const group = groupOf(intent.target, job);
    if (group === undefined)
      return { kind: 'superseded', after: {}, why: 'the group is no longer part of the job: a deploy removed it' };
    const after = { count: group.count, job_modify_index: job.jobModifyIndex };
    if (group.count === from) return asBefore(intent, after, job.submitTime);
    if (group.count !== ours)
      return {
        kind: 'superseded',
        after,
        why: `its count is ${group.count}, which is neither ours nor the one before`,
      };
    if (isChangedAfterUndo(intent, job.jobModifyIndex))
      return { kind: 'superseded', after, why: `somebody set its count to ${ours} again after we had put it back` };
    return backTo(from, { job, group, view, run });
  },
};

/** The newest change of a group's count bears a run's mark, and does not take back what that run changed first. */
function scaledStill({ namespace, job, versions, scalings }: SeenJob): readonly Residue[] {
  const [now] = versions;
  if (now === undefined || now.stop) return [];
  return Object.entries(now.counts).flatMap(([group, count]) => {
    const [newest, ...older] = scalings.filter(each => each.group === group);
    if (newest?.run === undefined || newest.count !== count) return [];
    const first = older.findLast(each => each.run === newest.run) ?? newest;
    const from = first.previousCount;
    if (from === count) return [];
    const why = `its count is ${count}, and was ${from}: the newest scaling event bears the run's mark`;
    const undo = { op: 'job-scale', args: { group, count: from, ours: count } };
    return [{ target: { kind: 'group', namespace, job, group }, why, run: newest.run, since: first.time, undo }];
  });
}

function countFor({ count: now }: GroupView, { count, delta, percent: share }: Parameters): number {
  if (count !== undefined) return count;
  // Shares have at most six decimals: what the division loses below that is no part of them.
  if (share !== undefined) return Math.floor((now * share) / 100 + 1e-9);
  return Math.max(0, now + (delta ?? -1));
}

/**
 * Whether the job was registered since the call was planned. Nomad answers a scale with the index of its evaluation or
 * its scaling event, which the job itself never reaches: only the job's own index tells.
 */
function isScaled({ jobModifyIndex }: JobView, { before }: Injected): boolean {
  return jobModifyIndex > Number(before['job_modify_index'] ?? 0);
}

function hasEnded({ client }: AllocView): boolean {
  return client === 'complete' || client === 'failed' || client === 'lost';
}

function groupOf(target: TargetRef, job: JobView | undefined): GroupView | undefined {
  return target.kind === 'group' ? job?.groups.find(({ name }) => name === target.group) : undefined;
}

function scaleCall(
  { namespace, id, jobModifyIndex }: JobView,
  group: string,
  { to, run, message }: { readonly to: number; readonly run: string; readonly message: string },
): FaultCall {
  return { op: 'job-scale', namespace, job: id, group, count: to, index: jobModifyIndex, message, run };
}

interface Scaled {
  readonly job: JobView;
  readonly group: GroupView;
  readonly view: View;
  readonly run: string;
}

/** While a deployment is active, Nomad takes a new count only with the whole job. */
function backTo(count: number, { job, group, view, run }: Scaled): UndoDecision {
  const { namespace, id, jobModifyIndex: index } = job;
  const deployment = view.deployment(namespace, id);
  if (deployment === undefined || !active.has(deployment.status)) {
    const message = `Sirocco run ${run}: back to ${count}`;
    return { kind: 'call', call: scaleCall(job, group.name, { to: count, run, message }) };
  }
  return {
    kind: 'read-then',
    read: { op: 'read-job', namespace, job: id },
    make: object => {
      const body = withCount(object, { group: group.name, ours: group.count, count, index });
      return 'why' in body ? body : { op: 'job-register', namespace, job: id, body: body.job, index };
    },
  };
}

type Body = Readonly<Record<string, unknown>>;

/** The job as it was read, with the one count changed. */
function withCount(
  object: unknown,
  wanted: { readonly group: string; readonly ours: number; readonly count: number; readonly index: number },
): { readonly job: Body } | { readonly why: string } {
  const job = object as Body | null | undefined;
  const groups = job?.['TaskGroups'];
  if (!job || !Array.isArray(groups)) return { why: 'the job was not read whole' };
  if (job['JobModifyIndex'] !== wanted.index) return { why: 'the job was changed while it was being read' };
  const isOurs = (each: Body) => each['Name'] === wanted.group && each['Count'] === wanted.ours;
  if (!(groups as Body[]).some(isOurs)) return { why: `group ${wanted.group} no longer has our count` };
  const changed = (groups as Body[]).map(each => (isOurs(each) ? { ...each, Count: wanted.count } : each));
  return { job: { ...job, TaskGroups: changed } };
}
