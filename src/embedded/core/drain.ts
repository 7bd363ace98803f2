/** Draining a node: its allocations move, `migrate.max_parallel` of a group at a time, until the node is empty. */

import { createEval } from './evals.ts';
import { isClientTerminal, isTerminal } from './job-status.ts';
import { changeNode } from './nodes.ts';
import { changeAlloc } from './plan.ts';
import { allocsOfJob, allocsOfNode } from './tables.ts';
import { addTimer } from './timers.ts';
import type { AllocEntry, Cluster, LastDrain, NodeRecord } from './types.ts';
import { commit, timestamp } from './write.ts';

export interface DrainRequest {
  /** Nanoseconds; negative: at once; 0: no deadline. Absent: the drain is taken back. */
  readonly spec: { readonly deadline: number; readonly ignoreSystemJobs: boolean } | null;
  readonly markEligible: boolean;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly accessor: string;
}

const pollMs = 250;

/** Points in time in `LastDrain` are whole seconds. */
const wholeSeconds = (ms: number) => timestamp(Math.floor(ms / 1000) * 1000).replace('.000Z', 'Z');

function lastDrain(cluster: Cluster, node: NodeRecord, ask: DrainRequest): LastDrain {
  const now = wholeSeconds(cluster.now);
  const going = node.LastDrain?.Status === 'draining' ? node.LastDrain : undefined;
  return {
    Status: ask.spec === null ? 'canceled' : 'draining',
    StartedAt: going?.StartedAt ?? now,
    UpdatedAt: now,
    AccessorID: ask.accessor,
    // An empty one says nothing: what was noted when the drain began stays.
    Meta: going !== undefined && Object.keys(ask.meta ?? {}).length === 0 ? going.Meta : ask.meta,
  };
}

/** Starts, changes or takes back a drain. Answers the index of its write. */
export function drainNode(cluster: Cluster, node: NodeRecord, ask: DrainRequest): number {
  const { spec } = ask;
  const draining = spec !== null;
  const keepsLast = !draining && !node.Drain;
  const force = spec === null || spec.deadline <= 0 ? null : timestamp(cluster.now + spec.deadline / 1e6);
  const message = draining
    ? node.Drain
      ? 'Node drain strategy updated'
      : 'Node drain strategy set'
    : 'Node drain disabled';
  const index = commit(cluster, 'NodeDrain', write => {
    changeNode(
      write,
      node,
      {
        Drain: draining,
        DrainStrategy:
          spec === null
            ? null
            : {
                Deadline: spec.deadline,
                IgnoreSystemJobs: spec.ignoreSystemJobs,
                ForceDeadline: force,
                StartedAt: node.DrainStrategy?.StartedAt ?? timestamp(cluster.now),
              },
        SchedulingEligibility: draining ? 'ineligible' : ask.markEligible ? 'eligible' : node.SchedulingEligibility,
        ...(keepsLast ? {} : { LastDrain: lastDrain(cluster, node, ask) }),
      },
      keepsLast ? undefined : { subsystem: 'Drain', message },
    );
  });
  if (draining) addTimer(cluster.timers, cluster.now + 2, () => moveOn(cluster, node.ID));
  return index;
}

const isSystem = ({ job }: AllocEntry) => job.Type === 'system' || job.Type === 'sysbatch';

/** How many of a group may move now: `max_parallel` less those of it that don't run healthily. */
function mayMove(cluster: Cluster, entry: AllocEntry, force: boolean): number {
  if (force) return Number.POSITIVE_INFINITY;
  const group = entry.job.TaskGroups.find(each => each.Name === entry.record.TaskGroup);
  const migrate = group?.['Migrate'] as { MaxParallel: number } | null | undefined;
  if (migrate === null || migrate === undefined) return Number.POSITIVE_INFINITY;
  const ours = allocsOfJob(cluster.tables, entry.record.Namespace, entry.record.JobID).filter(
    ({ record }) => record.TaskGroup === entry.record.TaskGroup,
  );
  const healthy = ours.filter(
    ({ record }) =>
      record.DesiredStatus === 'run' &&
      record.ClientStatus === 'running' &&
      record.DesiredTransition?.Migrate !== true &&
      record.DeploymentStatus?.Healthy !== false &&
      (record.PreviousAllocation === undefined || record.DeploymentStatus?.Healthy === true),
  );
  return migrate.MaxParallel - ((group?.Count ?? 0) - healthy.length);
}

function markNext(cluster: Cluster, entries: readonly AllocEntry[], force: boolean): void {
  const room = new Map<string, number>();
  const moving = entries.filter(entry => {
    if (entry.record.DesiredTransition?.Migrate === true) return false;
    const key = `${entry.record.Namespace}/${entry.record.JobID}/${entry.record.TaskGroup}`;
    const left = room.get(key) ?? mayMove(cluster, entry, force);
    room.set(key, left - 1);
    return left > 0;
  });
  if (moving.length === 0) return;
  commit(cluster, 'AllocationUpdateDesiredStatus', write => {
    const jobs = new Map<string, AllocEntry>();
    for (const entry of moving) {
      changeAlloc(write, entry, { DesiredTransition: { ...entry.record.DesiredTransition, Migrate: true } });
      jobs.set(`${entry.record.Namespace}/${entry.record.JobID}`, entry);
    }
    for (const { record, job } of jobs.values()) {
      createEval(write, {
        namespace: record.Namespace,
        job: record.JobID,
        type: job.Type,
        priority: job.Priority,
        trigger: 'node-drain',
      });
    }
  });
}

/** Moves the next allocations away, or ends the drain of a node that is empty. */
function moveOn(cluster: Cluster, id: string): void {
  const node = cluster.tables.nodes.get(id);
  if (node === undefined || !node.Drain || node.DrainStrategy === null) return;
  const live = allocsOfNode(cluster.tables, id).filter(({ record }) => !isClientTerminal(record));
  const wanted = live.filter(({ record }) => !isTerminal(record));
  const { Deadline, ForceDeadline, IgnoreSystemJobs } = node.DrainStrategy;
  const force = Deadline < 0 || (ForceDeadline !== null && Date.parse(ForceDeadline) <= cluster.now);
  const services = live.filter(entry => !isSystem(entry));
  const remaining = IgnoreSystemJobs ? services : live;
  if (remaining.length === 0) {
    complete(cluster, node);
    return;
  }
  const next = services.length > 0 ? wanted.filter(entry => !isSystem(entry)) : wanted;
  markNext(
    cluster,
    next.filter(entry => entry.job.Type !== 'batch' || force),
    force || services.length === 0,
  );
  addTimer(cluster.timers, cluster.now + pollMs, () => moveOn(cluster, id));
}

function complete(cluster: Cluster, node: NodeRecord): void {
  commit(cluster, 'NodeDrain', write => {
    const last: LastDrain | null =
      node.LastDrain === null ? null : { ...node.LastDrain, Status: 'complete', UpdatedAt: wholeSeconds(cluster.now) };
    changeNode(
      write,
      node,
      { Drain: false, DrainStrategy: null, LastDrain: last },
      { subsystem: 'Drain', message: 'Node drain complete' },
    );
  });
}
