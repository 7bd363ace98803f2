/** The lines of a busy event stream, one a batch, made from a seed. */

import { type Cluster, createCluster, type Member, restart, uuid } from './cluster.ts';
import { deployment, evaluation, job, node } from './other-objects.ts';

type Json = Record<string, unknown>;

export interface EventLines {
  /** Index of the first and of the last batch. */
  readonly first: number;
  readonly last: number;
  readonly events: number;
  readonly jobs: readonly string[];
  readonly bytes: number;
  /** Bytes of allocation events. */
  readonly allocationBytes: number;
}

/** As measured on a cluster of that size whose allocations restart every few seconds. */
const size = { jobs: 60, allocations: 1_260, nodes: 20 };
const medianBatch = 14;
const largestBatch = 253;
/** Of the logarithm of the batch's size, so that the mean is about 48. */
const spread = 1.57;
/** One allocation event in so many comes from a plan and has no task states. */
const bareOneIn = 50;
/** Fewer than so many other events come with each batch, so that they are about one percent of the bytes. */
const otherEvents = 5;
const firstIndex = 1_000;

/** Hands each line, with its end, to `write` until they are about `bytes` in all; the same for the same arguments. */
export function writeEventLines(seed: string, bytes: number, write: (line: string) => void): EventLines {
  const cluster = createCluster(seed, size);
  let [index, events, written, allocationBytes] = [firstIndex, 0, 0, 0];
  while (written < bytes) {
    index += 1;
    const batch: string[] = [];
    for (const member of pick(cluster, batchSize(cluster))) {
      const text = allocationEvent(cluster, member, index);
      batch.push(text);
      allocationBytes += Buffer.byteLength(text);
    }
    for (let n = cluster.random.below(otherEvents); n > 0; n -= 1) batch.push(otherEvent(cluster, index));
    events += batch.length;
    const line = `{"Events":[${batch.join(',')}],"Index":${index}}\n`;
    written += Buffer.byteLength(line);
    write(line);
  }
  return { first: firstIndex + 1, last: index, events, jobs: cluster.jobs, bytes: written, allocationBytes };
}

/** Log-normal: many small batches, a few large ones. */
function batchSize({ random }: Cluster): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.max(1, Math.min(largestBatch, Math.round(medianBatch * Math.exp(spread * normal))));
}

/** Different ones: a batch is one write, which tells of an allocation once. */
function pick({ random, members }: Cluster, count: number): Iterable<Member> {
  const picked = new Set<Member>();
  while (picked.size < count) picked.add(members[random.below(members.length)] as Member);
  return picked;
}

function allocationEvent(cluster: Cluster, member: Member, index: number): string {
  const { random } = cluster;
  const isBare = random.below(bareOneIn) === 0;
  if (!isBare) restart(cluster, member);
  Object.assign(member.object, { ModifyIndex: index, ModifyTime: cluster.now });
  const TaskStates = {
    server: {
      Events: member.events,
      Failed: false,
      FinishedAt: null,
      LastRestart: '2026-11-24T06:47:28.580316767Z',
      Paused: '',
      Restarts: member.restarts,
      StartedAt: '2026-11-24T06:47:29.261517133Z',
      State: 'running',
    },
  };
  return JSON.stringify({
    FilterKeys: [member.job, member.deployment],
    Index: index,
    Key: member.id,
    Namespace: 'default',
    Payload: { Allocation: isBare ? member.object : { ...member.object, TaskStates } },
    Topic: 'Allocation',
    Type: isBare ? 'PlanResult' : 'AllocationUpdated',
  });
}

function otherEvent(cluster: Cluster, index: number): string {
  const { random, members, nodes } = cluster;
  const member = members[random.below(members.length)] as Member;
  const event = (Topic: string, Type: string, Key: string, FilterKeys: readonly string[] | null, Payload: Json) =>
    JSON.stringify({
      FilterKeys,
      Index: index,
      Key,
      Namespace: Topic === 'Node' ? '' : 'default',
      Payload,
      Topic,
      Type,
    });
  switch (random.below(8)) {
    case 0: {
      const id = nodes[random.below(nodes.length)] ?? '';
      return event('Node', 'AllocationUpdated', id, null, { Node: node(id, index) });
    }
    case 1:
      return event('Job', 'JobRegistered', member.job, null, { Job: job(member.job, index) });
    case 2:
    case 3:
      return event('Deployment', 'AllocationUpdated', member.deployment, [member.job], {
        Deployment: deployment(member.deployment, member.job, index),
      });
    default: {
      const id = uuid(random);
      return event('Evaluation', 'EvaluationUpdated', id, [member.job, member.deployment], {
        Evaluation: evaluation(id, member.job, index),
      });
    }
  }
}
