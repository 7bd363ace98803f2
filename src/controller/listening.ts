/** Schedules that Nomad's doings start: what they listen to, and what of it has happened. A new event is one entry here. */

import { glob, isGlob } from '../base/glob.ts';
import { allocStartedAt, nodeJoinedAt } from '../cluster/starts.ts';
import type { ReadCall } from '../lifecycle/effects.ts';
import type { EventName, Spec, TargetSpec } from '../spec/experiment.ts';
import { factsAsked, isRead } from '../targeting/facts.ts';
import { patterns } from '../targeting/patterns.ts';
import { deadline } from './core.ts';
import { freshRead, worst } from './reads.ts';
import type { SpecEntry } from './spec-entry.ts';
import type { Core } from './state.ts';
import { jobsStreamed, nodesStreamed } from './streams.ts';

/** Between looks where no stream tells. */
const pollMs = 2_000;

interface Asked {
  readonly entry: SpecEntry;
  readonly target: TargetSpec;
}

/** An event: when it happened (milliseconds since the epoch), and the index at which its object came to be. */
interface Heard {
  readonly at: number | undefined;
  readonly createIndex: number;
}

/** What happened; undefined: it is being read. */
type Ear = (core: Core, asked: Asked) => readonly Heard[] | undefined;

const ears: { readonly [K in EventName]: Ear } = {
  'deployment-started': (core, asked) =>
    ofJobs(core, asked, ['list-job-deployments'], job => {
      const newest = core.view.deployment(asked.entry.namespace, job);
      return newest === undefined ? [] : [{ at: newest.createTime, createIndex: newest.createIndex }];
    }),
  'allocation-started': (core, asked) => {
    const { group, node } = patterns(asked.target);
    return ofJobs(core, asked, ['read-job', 'list-job-allocs'], id => {
      const job = core.view.job(asked.entry.namespace, id);
      if (job === undefined) return [];
      return core.view
        .allocsOf(asked.entry.namespace, id)
        .filter(each => group(each.group) && node({ id: each.node, name: each.nodeName }))
        .map(each => ({ at: allocStartedAt(each, job), createIndex: each.createIndex }));
    });
  },
  'node-joined': (core, { entry, target }) => {
    const since = nodesStreamed(core) ?? core.mono - pollMs;
    if (freshRead(core, { op: 'list-nodes' }, since) !== 'fresh') return undefined;
    const { outside, facts } = patterns(target);
    const asked = factsAsked(target);
    core.view.watchFacts(asked);
    const joined = core.view.nodes().filter(({ createIndex = 0 }) => createIndex > entry.index);
    const whole = joined.map(node =>
      node.joinedAt === undefined || !isRead(node, asked)
        ? freshRead(core, { op: 'read-node', node: node.id }, since)
        : 'fresh',
    );
    if (worst(whole) === 'waiting') return undefined;
    return joined
      .filter(node => (outside(node) ?? facts(node)) === undefined)
      .map(node => ({ at: nodeJoinedAt(node), createIndex: node.createIndex ?? 0 }));
  },
};

/** The events of a schedule that are known, earliest first; undefined while they are being read. */
export function heard(core: Core, key: string, entry: SpecEntry, spec: Spec): readonly number[] | undefined {
  const { when } = spec.schedule;
  if (when.kind !== 'on') return [];
  const found = ears[when.on](core, { entry, target: spec.experiment.target });
  const { job = '' } = spec.experiment.target;
  const streamed = when.on === 'node-joined' ? nodesStreamed(core) : jobsStreamed(core, entry.namespace, job);
  if (streamed === undefined) deadline(core, 'listen', key, pollMs);
  // Clocks differ, and a node's is of whole seconds: that it came after the schedule, the index tells.
  return found
    ?.flatMap(({ at, createIndex }) =>
      at === undefined || createIndex <= entry.index ? [] : [Math.max(at, entry.modifyTime + 1)],
    )
    .toSorted((a, b) => a - b);
}

type JobRead = Extract<ReadCall, { readonly job: string }>['op'];

/** What is found in each job that the target means, all of it read. */
function ofJobs(
  core: Core,
  { entry: { namespace }, target }: Asked,
  ops: readonly Extract<JobRead, 'read-job' | 'list-job-allocs' | 'list-job-deployments'>[],
  found: (job: string) => readonly Heard[],
): readonly Heard[] | undefined {
  const { job = '' } = target;
  const since = jobsStreamed(core, namespace, job) ?? core.mono - pollMs;
  const read = (each: string) => ops.map(op => freshRead(core, { op, namespace, job: each }, since));
  if (!isGlob(job)) {
    core.view.watchJob(namespace, job);
    return worst(read(job)) === 'waiting' ? undefined : found(job);
  }
  core.view.watchNamespace(namespace);
  if (freshRead(core, { op: 'list-jobs', namespace }, since) === 'waiting') return undefined;
  const jobs = core.view.jobIdsMatching(namespace, job);
  return worst(jobs.flatMap(read)) === 'waiting' ? undefined : jobs.flatMap(found);
}

/** Puts a schedule among those that listen, or takes it away. */
export function listen(core: Core, key: string, entry: SpecEntry | undefined): void {
  const spec = entry?.spec;
  core.listeners.delete(key);
  core.deadlines.clear(`listen ${key}`);
  if (entry === undefined || spec === undefined || spec.schedule.suspend || spec.schedule.when.kind !== 'on') return;
  const { job } = spec.experiment.target;
  const { on } = spec.schedule.when;
  core.listeners.set(key, {
    namespace: entry.namespace,
    ...(on === 'node-joined' ? {} : { job: glob(job ?? '') }),
  });
}
