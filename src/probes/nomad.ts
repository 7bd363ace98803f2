import { z } from 'zod';
import { field, text } from '../base/fields.ts';
import { nearest } from '../base/nearest.ts';
import { misread, type Reading, read, shown } from '../base/reading.ts';
import { type GroupHealth, groupHealth } from '../cluster/health.ts';
import type { AllocView, JobView, View } from '../cluster/types.ts';
import { number } from './expect/fields.ts';
import { formatInterval, type Interval, intervalWords, isMet, parseInterval, plainNumber } from './expect/interval.ts';
import type { Baseline, Probe, ProbeAnswer } from './probe.ts';
import { judged, unanswered } from './result.ts';

const parameters = z.strictObject({
  job: text({ what: 'the id of a job', help: 'The job, of the namespace of the spec.' }),
  group: text({ what: 'the name of a group', help: 'Only this group; without it all of the job.' }).optional(),
});

const statuses = [
  ...['successful', 'running', 'paused', 'pending', 'initializing', 'blocked', 'unblocking', 'failed', 'cancelled'],
  'none',
];

const expectations = z.strictObject({
  healthy: healthy().default('all'),
  restarts: number({ help: 'Restarts of tasks since the run began.' }).optional(),
  deployment: deployment().optional(),
});

type Params = z.infer<typeof parameters>;
type Expected = z.infer<typeof expectations>;

/** Looks at a job as Nomad shows it. */
export const nomad: Probe<Params, Expected> = {
  name: 'nomad',
  summary: 'Looks at a job: how many of its allocations are healthy, restarts, its deployment.',
  parameters,
  shorthand: 'job',
  expectations,
  permissions: [{ scope: 'namespace', capability: 'read-job' }],
  example: { with: { job: 'checkout', group: 'web' }, expect: { healthy: '>= 2', restarts: '<= 1' } },

  ask: ({ job }, { namespace }) => ({
    op: 'view',
    namespace,
    reads: (['read-job', 'list-job-allocs', 'list-job-deployments'] as const).map(op => ({ op, namespace, job })),
  }),

  baseline({ job, group }, { namespace }, view) {
    const allocs = allocsOf(view, namespace, job, group);
    return {
      restarts: restartsOf(allocs.filter(isLiving)),
      index: Math.max(0, ...allocs.map(({ modifyIndex }) => modifyIndex)),
    };
  },

  judge(params, expect, answer) {
    if (answer.kind !== 'view') return unanswered(answer);
    const { view, namespace } = answer;
    const job = view.job(namespace, params.job);
    if (job === undefined) {
      const gone = view.isGone(namespace, params.job);
      return judged(
        'no job',
        `job ${shown(params.job)} ${gone ? 'does not exist' : 'is not known yet'} in ${namespace}`,
      );
    }
    const unknown = unknownGroup(job, params);
    if (unknown !== undefined) return judged('no group', unknown);
    return look(params, expect, answer, job);
  },
};

function look({ group }: Params, expect: Expected, answer: Seen, job: JobView) {
  const { view, namespace, baseline } = answer;
  const names = group === undefined ? job.groups.map(({ name }) => name) : [group];
  const groups = names.map(name => groupHealth(view, namespace, job.id, name));
  const count = sum(groups.map(each => each.healthy.length));
  const desired = sum(groups.map(each => each.desired));
  const seen = [`${count} of ${desired} healthy`];
  const whys = [unhealthy(expect.healthy, count, desired, groups)];
  if (expect.restarts !== undefined) {
    const restarts = restartsSince(allocsOf(view, namespace, job.id, group), baseline);
    seen.push(restarts === undefined ? 'restarts not known' : `${restarts} restarts`);
    whys.push(unmetRestarts(expect.restarts, restarts));
  }
  if (expect.deployment !== undefined) {
    const found = view.deployment(namespace, job.id)?.status ?? 'none';
    seen.push(found === 'none' ? 'no deployment' : `deployment ${found}`);
    const isGood = expect.deployment.includes(found);
    whys.push(isGood ? undefined : `the newest deployment is ${found}, not ${expect.deployment.join(' or ')}`);
  }
  return judged(
    seen.join(', '),
    whys.find(each => each !== undefined),
    { value: count },
  );
}

type Seen = Extract<ProbeAnswer, { kind: 'view' }>;

function unknownGroup(job: JobView, { group }: Params): string | undefined {
  if (group === undefined || job.groups.some(({ name }) => name === group)) return undefined;
  const names = job.groups.map(({ name }) => name);
  const near = nearest(group, names);
  const hint = near === undefined ? `its groups are ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
  return `job ${shown(job.id)} has no group ${shown(group)}; ${hint}`;
}

function unhealthy(
  wanted: 'all' | Interval,
  count: number,
  desired: number,
  groups: readonly GroupHealth[],
): string | undefined {
  const reason = groups.flatMap(({ reasons }) => reasons)[0];
  const more = reason === undefined ? '' : `: ${reason}`;
  if (wanted !== 'all')
    return isMet(wanted, count) ? undefined : `${count} are healthy, not ${formatInterval(wanted, plainNumber)}${more}`;
  // Nothing of nothing would pass without a proof of anything.
  if (desired === 0) return 'nothing is meant to run: expect `healthy: 0` where that is steady';
  return groups.every(({ whole }) => whole) ? undefined : `${count} of ${desired} are healthy${more}`;
}

function unmetRestarts(wanted: Interval, restarts: number | undefined): string | undefined {
  if (restarts === undefined) return 'restarts can’t be told: nothing was noted when the run began';
  return isMet(wanted, restarts) ? undefined : `${restarts} restarts, not ${formatInterval(wanted, plainNumber)}`;
}

function allocsOf(view: View, namespace: string, job: string, group: string | undefined): readonly AllocView[] {
  return view.allocsOf(namespace, job).filter(alloc => group === undefined || alloc.group === group);
}

function restartsOf(allocs: readonly AllocView[]): number {
  return sum(allocs.flatMap(({ tasks }) => Object.values(tasks).map(({ restarts }) => restarts)));
}

/**
 * Restarts since the baseline; undefined without one. What had ended by then is left out, also when it is collected
 * meanwhile; whatever lives or was changed since counts whole, less what the living had then.
 */
function restartsSince(allocs: readonly AllocView[], baseline: Baseline | undefined): number | undefined {
  const { restarts, index } = baseline ?? {};
  if (restarts === undefined || index === undefined) return undefined;
  const counted = allocs.filter(alloc => isLiving(alloc) || alloc.modifyIndex > index);
  return Math.max(0, restartsOf(counted) - restarts);
}

function isLiving({ client }: AllocView): boolean {
  return client === 'running' || client === 'pending' || client === 'unknown';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function healthy(): z.ZodType<'all' | Interval> {
  const allowed = `all, or ${intervalWords(plainNumber)}`;
  const parse = (value: unknown): Reading<'all' | Interval> => {
    if (value === 'all') return read(value);
    const reading = parseInterval(value, plainNumber);
    const near = reading.ok ? undefined : (reading.misread.didYouMean ?? nearest(shown(value), ['all']));
    return reading.ok ? reading : misread(value, 'how many are healthy', allowed, near);
  };
  return field(parse, {
    allowed,
    json: { type: ['string', 'number'] },
    format: value => (value === 'all' ? value : formatInterval(value as Interval, plainNumber)),
    help: 'Allocations that do their work; `all`: every group has what it desires, and that is not nothing.',
  });
}

function deployment(): z.ZodType<readonly string[]> {
  const allowed = `${statuses.join(', ')}; several comma-separated or as a list`;
  const parse = (value: unknown): Reading<readonly string[]> => {
    const parts: readonly unknown[] = Array.isArray(value)
      ? value
      : typeof value === 'string'
        ? value.split(',')
        : [value];
    const written = parts.map(each => (typeof each === 'string' ? each.trim() : shown(each)));
    const strange = written.find(each => !statuses.includes(each));
    if (strange !== undefined || written.length === 0) {
      const near = written.length === 1 ? nearest(strange ?? '', statuses) : undefined;
      return misread(strange, 'the status of a deployment', allowed, near);
    }
    return read(statuses.filter(each => written.includes(each)));
  };
  return field(parse, {
    allowed,
    json: { type: ['string', 'array'] },
    format: value => (value as readonly string[]).join(','),
    help: 'The status of the newest deployment, in Nomad’s own words.',
  });
}
