/** Faults that are put back: each by itself, and each taken over by somebody else in the middle. */

import type { NomadNode } from '../../src/nomad/types.ts';
import { until } from '../support/until.ts';
import { deployAgain } from './long-deployment.ts';
import { nodeNamed } from './nodes.ts';
import { type Items, type Place, runningOf } from './place.ts';
import { registered, restartAll, untilRegistered } from './services.ts';

export interface FaultCase {
  readonly name: string;
  readonly fault: string;
  /** Flat keys of the schedule, but for the fault and the time. */
  readonly items: (stage: Stage) => Items;
  /** Job and whatever else must be there before. Default: job `web` with four instances. */
  readonly before?: (stage: Stage) => Promise<void>;
  /** What an operator does while it is in force. */
  readonly meanwhile?: (stage: Stage) => Promise<unknown>;
  /** How what it hit is left, where more is to be seen than that all is as before. */
  readonly after?: (stage: Stage) => Promise<object>;
  readonly left?: object;
  /** Hits a node. */
  readonly onNode?: true;
  readonly verdict: string;
  /** States of the undo of its intents, in order. */
  readonly undo: readonly (string | undefined)[];
  /** It disturbs what others do on the same nodes, or in the region. */
  readonly alone?: true;
}

export interface Stage {
  readonly place: Place;
  /** Name of a node that no other case uses. */
  readonly node: string;
}

const job = 'web';
const path = (what: string, { place }: Stage) => `/v1/job/${job}${what}?namespace=${place.namespace}`;

interface JobBody {
  readonly Version: number;
  readonly Stop: boolean;
  readonly JobModifyIndex: number;
  readonly TaskGroups: readonly { readonly Count: number }[];
}

interface Deployment {
  readonly ID: string;
  readonly Status: string;
}

const readJob = (stage: Stage) => stage.place.cluster.call<JobBody>(path('', stage));

async function operatorScales(stage: Stage, count: number): Promise<unknown> {
  const body = { Count: count, Target: { Group: 'web' }, Message: 'by hand' };
  // Refused while the deployment of the scale before runs.
  return until('the scale by hand', async () => {
    try {
      return await stage.place.cluster.call<object>(path('/scale', stage), { method: 'PUT', body });
    } catch (error) {
      if (String(error).includes('active deployment')) return undefined;
      throw error;
    }
  });
}

async function operatorRuns(stage: Stage, count: number): Promise<unknown> {
  const read = await stage.place.cluster.call<Record<string, unknown>>(path('', stage));
  const groups = (read['TaskGroups'] as object[]).map(each => ({ ...each, Count: count }));
  const body = { Job: { ...read, Stop: false, Meta: { by: 'hand' }, TaskGroups: groups } };
  return stage.place.cluster.call(path('', stage), { method: 'PUT', body });
}

const drain = (node: NomadNode, { place }: Stage, body: object) =>
  place.cluster.call(`/v1/node/${node.ID}/drain`, { method: 'PUT', body });

const onNode = async (stage: Stage) => nodeNamed(stage.place.cluster, stage.node);

async function nodeState(stage: Stage): Promise<object> {
  const { SchedulingEligibility, Drain, Status } = await onNode(stage);
  return { SchedulingEligibility, Drain, Status };
}

async function deploys({ place }: Stage): Promise<void> {
  await place.run({ id: job, count: 2 });
  await deployAgain(place, { job, healthyAfter: 20_000 });
}

async function deploymentOf(stage: Stage): Promise<Deployment> {
  const found = await stage.place.cluster.call<Deployment | null>(path('/deployment', stage));
  return found ?? { ID: '', Status: 'none' };
}

const lasting = { duration: '3s', recover_within: '60s' };
const onJob = () => ({ target_job: job, ...lasting });
const aNode = ({ node }: Stage) => ({ target_node: node, ...lasting });
/** For the operator's hand there must be time. */
const long = { duration: '6s' };

export const faultCases: readonly FaultCase[] = [
  {
    name: 'restarted, two at a time',
    fault: 'job-restart',
    items: () => ({ target_job: job, batch_size: '2', recover_within: '60s' }),
    after: async stage => {
      const restarts = runningOf(await stage.place.allocations(job)).map(each =>
        Object.values(each.TaskStates ?? {}).flatMap(({ Events }) => Events ?? []),
      );
      return { signaled: restarts.map(events => events.filter(({ Type }) => Type === 'Restart Signaled').length) };
    },
    left: { signaled: [1, 1, 1, 1] },
    verdict: 'passed',
    undo: [undefined, undefined, undefined, undefined],
  },
  {
    name: 'scaled down, and back',
    fault: 'job-scale',
    items: () => ({ ...onJob(), delta: '-1' }),
    verdict: 'passed',
    undo: ['undone'],
  },
  {
    name: 'scaled up, and back while the deployment of the scale still runs',
    fault: 'job-scale',
    before: async ({ place }) => {
      await place.run({ id: job, count: 4, minHealthyTime: 10_000 });
    },
    items: () => ({ ...onJob(), delta: '1' }),
    verdict: 'passed',
    undo: ['undone'],
  },
  {
    name: 'scaled up by a share, and back',
    fault: 'job-scale',
    items: () => ({ ...onJob(), percent: '150' }),
    verdict: 'passed',
    undo: ['undone'],
  },
  {
    name: 'scaled, and scaled again by an operator',
    fault: 'job-scale',
    items: () => ({ ...onJob(), count: '3', ...long }),
    meanwhile: stage => operatorScales(stage, 5),
    after: async stage => ({ counts: (await readJob(stage)).TaskGroups.map(each => each.Count) }),
    left: { counts: [5] },
    verdict: 'passed',
    undo: ['superseded'],
  },
  {
    name: 'stopped, and reverted to the version that ran',
    fault: 'job-stop',
    items: onJob,
    verdict: 'passed',
    undo: ['undone', 'undone'],
  },
  {
    name: 'stopped, and run again by a deploy',
    fault: 'job-stop',
    items: () => ({ ...onJob(), ...long }),
    meanwhile: stage => operatorRuns(stage, 2),
    after: async stage => ({ counts: (await readJob(stage)).TaskGroups.map(each => each.Count) }),
    left: { counts: [2] },
    verdict: 'passed',
    undo: ['undone', 'superseded'],
  },
  {
    name: 'drained, and taken back',
    alone: true,
    fault: 'node-drain',
    onNode: true,
    items: aNode,
    after: nodeState,
    left: { Drain: false, SchedulingEligibility: 'eligible', Status: 'ready' },
    verdict: 'passed',
    undo: ['undone'],
  },
  {
    name: 'drained, and drained by an operator',
    alone: true,
    fault: 'node-drain',
    onNode: true,
    items: stage => ({ ...aNode(stage), ...long }),
    meanwhile: async stage => drain(await onNode(stage), stage, { DrainSpec: { Deadline: 1e9 }, Meta: { by: 'hand' } }),
    after: nodeState,
    left: { Drain: false, SchedulingEligibility: 'ineligible', Status: 'ready' },
    verdict: 'passed',
    undo: ['superseded'],
  },
  {
    name: 'made ineligible, and eligible again',
    fault: 'node-ineligible',
    onNode: true,
    items: aNode,
    after: nodeState,
    left: { Drain: false, SchedulingEligibility: 'eligible', Status: 'ready' },
    verdict: 'passed',
    undo: ['undone'],
  },
  {
    name: 'made ineligible, and drained by an operator',
    alone: true,
    fault: 'node-ineligible',
    onNode: true,
    items: stage => ({ ...aNode(stage), ...long }),
    meanwhile: async stage => drain(await onNode(stage), stage, { DrainSpec: { Deadline: 1e9 } }),
    after: nodeState,
    left: { Drain: false, SchedulingEligibility: 'ineligible', Status: 'ready' },
    verdict: 'passed',
    undo: ['superseded'],
  },
  {
    name: 'paused, and resumed',
    fault: 'deployment-pause',
    before: deploys,
    items: () => ({ ...onJob(), recover_within: '120s' }),
    after: async stage => ({ deployment: (await deploymentOf(stage)).Status }),
    left: { deployment: 'successful' },
    verdict: 'passed',
    undo: ['undone'],
  },
  {
    name: 'paused, and resumed by an operator',
    fault: 'deployment-pause',
    before: deploys,
    items: () => ({ ...onJob(), ...long, recover_within: '120s' }),
    meanwhile: async stage => {
      const { ID } = await deploymentOf(stage);
      const body = { DeploymentID: ID, Pause: false };
      await stage.place.cluster.call(`/v1/deployment/pause/${ID}`, { method: 'PUT', body });
    },
    after: async stage => ({ deployment: (await deploymentOf(stage)).Status }),
    left: { deployment: 'successful' },
    verdict: 'passed',
    undo: ['superseded'],
  },
  {
    name: 'failed for good',
    fault: 'deployment-fail',
    before: deploys,
    items: () => ({ target_job: job, recover_within: '60s', accept_irreversible: 'true' }),
    after: async stage => ({ deployment: (await deploymentOf(stage)).Status }),
    left: { deployment: 'failed' },
    verdict: 'passed',
    undo: [undefined],
  },
  {
    name: 'taken out of the catalogue, and brought back by a restart',
    fault: 'service-deregister',
    before: async ({ place }) => {
      await place.run({ id: job, count: 4, services: { group: 'web-http' } });
      await untilRegistered(place, job, 4);
    },
    items: () => ({ target_job: job, target_service: 'web-*', recover_within: '60s', accept_irreversible: 'true' }),
    after: async ({ place }) => {
      const left = await registered(place, job);
      await restartAll(place, job);
      await untilRegistered(place, job, 4);
      return { left };
    },
    left: { left: 3 },
    verdict: 'passed',
    undo: [undefined],
  },
  {
    name: 'paused, and going on',
    fault: 'scheduler-pause',
    items: () => ({ duration: '3s' }),
    verdict: 'passed',
    undo: ['undone'],
    alone: true,
  },
  {
    name: 'paused, and let go by an operator',
    fault: 'scheduler-pause',
    items: () => ({ ...long }),
    meanwhile: async ({ place: { cluster } }) => {
      const at = '/v1/operator/scheduler/configuration';
      const { SchedulerConfig } = await cluster.call<{ SchedulerConfig: object }>(at);
      await cluster.call(at, { method: 'PUT', body: { ...SchedulerConfig, PauseEvalBroker: false } });
    },
    verdict: 'passed',
    undo: ['superseded'],
    alone: true,
  },
];

/** What a fault may change, as an operator sees it: to be the same again. Versions, events and indexes left out. */
export async function listing(stage: Stage): Promise<object> {
  const read = await readJob(stage);
  const { cluster } = stage.place;
  const allocations = runningOf(await stage.place.allocations(job));
  const versions = await cluster.call<{ Versions: { VersionTag: object | null }[] }>(path('/versions', stage));
  const scheduler = await cluster.call<{ SchedulerConfig: { PauseEvalBroker?: boolean } }>(
    '/v1/operator/scheduler/configuration',
  );
  return {
    stop: read.Stop,
    counts: read.TaskGroups.map(each => each.Count),
    running: allocations.length,
    tags: versions.Versions.filter(each => each.VersionTag !== null && each.VersionTag !== undefined).length,
    node: await nodeState(stage),
    paused: scheduler.SchedulerConfig.PauseEvalBroker ?? false,
  };
}
