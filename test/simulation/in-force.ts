/** Whether harm is in force, by the cluster's own tables. One row an operation that leaves something behind. */

import type { Cluster } from '../../src/embedded/core/types.ts';
import type { Call, FaultCall } from '../../src/lifecycle/effects.ts';
import type { Intent } from '../../src/lifecycle/run.ts';
import { faultRequests } from '../../src/nomad/fault-requests.ts';

export interface Lasting<C extends FaultCall> {
  /** What it changes: two calls on the same thing take each other's place. */
  thing(call: C): string;
  isInForce(cluster: Cluster, call: C): boolean;
}

const jobOf = ({ tables }: Cluster, { namespace, job }: { readonly namespace: string; readonly job: string }) =>
  tables.jobs.get(`${namespace}/${job}`);

type Rows = { readonly [Op in FaultCall['op']]?: Lasting<Extract<FaultCall, { op: Op }>> };

const rows: Rows = {
  'node-eligibility': {
    thing: ({ node }) => `node ${node}`,
    isInForce: ({ tables }, { node }) => tables.nodes.get(node)?.SchedulingEligibility === 'ineligible',
  },
  'node-drain': {
    thing: ({ node }) => `node ${node}`,
    isInForce({ tables }, { node, run }) {
      const found = tables.nodes.get(node);
      if (found === undefined || found.LastDrain?.Meta?.['sirocco_run'] !== run) return false;
      return found.Drain || found.SchedulingEligibility === 'ineligible';
    },
  },
  'node-undrain': { thing: ({ node }) => `node ${node}`, isInForce: () => false },
  'job-scale': {
    thing: ({ job }) => `count ${job}`,
    isInForce(cluster, { namespace, job, group, count }) {
      const found = jobOf(cluster, { namespace, job })?.job;
      return found?.TaskGroups.some(({ Name, Count }) => Name === group && Count === count) === true;
    },
  },
  'job-register': { thing: ({ job }) => `count ${job}`, isInForce: () => false },
  'job-stop': {
    thing: ({ job }) => `stop ${job}`,
    isInForce: (cluster, call) => jobOf(cluster, call)?.job.Stop === true,
  },
  'job-revert': { thing: ({ job }) => `stop ${job}`, isInForce: () => false },
  'job-tag': {
    thing: ({ job, tag }) => `tag ${tag} of ${job}`,
    isInForce: (cluster, call) =>
      jobOf(cluster, call)?.versions.some(({ VersionTag }) => VersionTag?.Name === call.tag) === true,
  },
  'job-untag': { thing: ({ job, tag }) => `tag ${tag} of ${job}`, isInForce: () => false },
  'deployment-pause': {
    thing: ({ deployment }) => `deployment ${deployment}`,
    isInForce: ({ tables }, { deployment }) => tables.deployments.get(deployment)?.Status === 'paused',
  },
  'scheduler-configure': {
    thing: () => 'scheduler',
    isInForce: ({ tables }) => tables.scheduler.PauseEvalBroker,
  },
};

/** Whether a call is one of those that faults make, to harm or to undo. */
export function isFaultCall(call: Call): call is FaultCall {
  return Object.hasOwn(faultRequests, call.op);
}

function rowOf(call: FaultCall): Lasting<FaultCall> | undefined {
  return rows[call.op] as Lasting<FaultCall> | undefined;
}

/** What a call changes for as long as nobody changes it back; undefined: nothing. */
export function thingOf(call: FaultCall): string | undefined {
  return rowOf(call)?.thing(call);
}

/** Whether what an intent did stands. Throws for a new operation that can be undone and has no row yet. */
export function isInForce(cluster: Cluster, { call, undo }: Pick<Intent, 'call' | 'undo'>): boolean {
  if (undo === undefined) return false;
  const row = rowOf(call);
  if (row === undefined) throw new Error(`in-force.ts has no row for ${call.op}`);
  return row.isInForce(cluster, call);
}
