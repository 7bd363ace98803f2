/** A namespace that is home and the only managed one of its controllers: cases beside each other share nothing but nodes. */

import type { Allocation, VariableMetadata } from '../../src/nomad/types.ts';
import { type JobOptions, jobSpec } from '../support/jobs.ts';
import type { CallOptions } from '../support/nomad-call.ts';
import type { Rights } from '../support/rights.ts';
import { deploymentIn, runningAllocations } from '../support/running-job.ts';
import { until } from '../support/until.ts';
import type { Nomad } from './controller-handle.ts';
import type { ProcessOptions } from './controller-process.ts';

/** A Nomad of either kind, as far as these tests need it. */
export interface Cluster {
  /** Agents that controllers may be sent to. */
  readonly addresses: readonly string[];
  readonly managementToken: string;
  call<T>(path: string, options?: CallOptions): Promise<T>;
  createNamespace(name: string): Promise<void>;
  createToken(rights: Rights): Promise<{ readonly secret: string }>;
}

export interface MoreOptions extends Omit<ProcessOptions, 'config'> {
  readonly config?: Partial<ProcessOptions['config']>;
}

export type Items = Readonly<Record<string, string>>;

export interface Place {
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly nomad: Nomad;
  /** Settings of one controller of this place. */
  options(name: string, more?: MoreOptions): ProcessOptions;
  put(path: string, items: Items): Promise<void>;
  /** Items of a Variable; undefined where there is none. */
  get(path: string): Promise<Items | undefined>;
  remove(path: string): Promise<void>;
  /** Items of all run records, by run. */
  records(): Promise<ReadonlyMap<string, Items>>;
  /** Registers a job, waits until it is steady, and answers its allocations. */
  run(options: Omit<JobOptions, 'namespace'>): Promise<readonly Allocation[]>;
  allocations(job: string): Promise<readonly Allocation[]>;
  /** Ends all jobs. */
  endJobs(): Promise<void>;
  /** Whether the leader's lock can be taken at this moment; gives it back. */
  lockIsFree(): Promise<boolean>;
}

/** What a controller needs for the faults of these tests in its one namespace, and no more. */
export function controllerRights(namespace: string): Rights {
  const variables = { 'chaos/*': ['read', 'list', 'write', 'destroy'] } as const;
  const capabilities = ['read-job', 'list-jobs', 'alloc-lifecycle'];
  return { namespaces: { [namespace]: { capabilities, variables } }, node: 'write' };
}

/** Groups of two in namespaces of their own: the defaults would spare them. */
const limits = { max_group_percent: '50', max_namespace_percent: '50', max_nodes_percent: '100' };

let places = 0;

/** A new place; `rights` replaces those that its controllers have. */
export async function makePlace(
  cluster: Cluster,
  rights: (namespace: string) => Rights = controllerRights,
): Promise<Place> {
  places += 1;
  const namespace = `place-${places}`;
  const address = cluster.addresses[places % cluster.addresses.length] ?? '';
  await cluster.createNamespace(namespace);
  const { secret } = await cluster.createToken(rights(namespace));
  const place = placeIn(cluster, namespace, { address, token: secret });
  await place.put('chaos/control/limits', limits);
  return place;
}

function placeIn(cluster: Cluster, namespace: string, nomad: Nomad): Place {
  const at = (path: string) => `${path}${path.includes('?') ? '&' : '?'}namespace=${namespace}`;
  const get = async (path: string) => ({ body: await cluster.call(at(path)) });
  const items = async (path: string): Promise<Items | undefined> => {
    try {
      return (await cluster.call<{ Items: Items }>(at(`/v1/var/${path}`))).Items;
    } catch (error) {
      if (String(error).includes('variable not found')) return undefined;
      throw error;
    }
  };
  return {
    namespace,
    cluster,
    nomad,
    options: (name, { config = {}, ...more } = {}) => ({
      config: { home: namespace, prefix: 'chaos', namespaces: [namespace], name, region: 'global', ...config },
      ...more,
    }),
    async put(path, given) {
      await cluster.call(at(`/v1/var/${path}`), { method: 'PUT', body: { Items: given } });
    },
    get: items,
    async remove(path) {
      await cluster.call(at(`/v1/var/${path}`), { method: 'DELETE' });
    },
    async records() {
      const metas = await cluster.call<VariableMetadata[]>(at('/v1/vars?prefix=chaos/runs/'));
      const read = metas.map(
        async ({ Path }) => [Path.slice('chaos/runs/'.length), (await items(Path)) ?? {}] as const,
      );
      return new Map(await Promise.all(read));
    },
    async run(options) {
      await cluster.call(at('/v1/jobs'), { method: 'PUT', body: { Job: jobSpec({ ...options, namespace }) } });
      const found = await runningAllocations(get, options.id, options.count ?? 3);
      await deploymentIn(get, options.id, 'successful');
      return found;
    },
    allocations: job => cluster.call<Allocation[]>(at(`/v1/job/${job}/allocations`)),
    async endJobs() {
      for (const { ID } of await cluster.call<{ ID: string }[]>(at('/v1/jobs')))
        await cluster.call(at(`/v1/job/${ID}?purge=true`), { method: 'DELETE' });
    },
    async lockIsFree() {
      const path = at('/v1/var/chaos/control/leader');
      const body = { Items: { holder: 'test' }, Lock: { TTL: '10s', LockDelay: '1s' } };
      try {
        const held = await cluster.call<{ Lock: { ID: string } }>(`${path}&lock-acquire`, { method: 'PUT', body });
        await cluster.call(`${path}&lock-release`, { method: 'PUT', body: { Lock: { ID: held.Lock.ID } } });
        return true;
      } catch (error) {
        if (String(error).includes(': 409')) return false;
        throw error;
      }
    },
  };
}

/** How often the tasks of a job were signalled, over all its allocations, by Nomad's own events. */
export function signalsOf(allocations: readonly Allocation[]): number {
  return allocations
    .flatMap(each => Object.values(each.TaskStates ?? {}))
    .flatMap(task => task.Events ?? [])
    .filter(event => event.Type === 'Signaling').length;
}

/** Those that somebody asked to stop. */
export function stoppedOf(allocations: readonly Allocation[]): readonly Allocation[] {
  return allocations.filter(each => each.DesiredStatus === 'stop');
}

/** Those that run and are to run. */
export function runningOf(allocations: readonly Allocation[]): readonly Allocation[] {
  return allocations.filter(each => each.DesiredStatus === 'run' && each.ClientStatus === 'running');
}

/** Waits until the schedule's only run is over; answers its id and record. */
export async function finishedRun(
  place: Place,
  within: number,
): Promise<{ readonly run: string; readonly items: Items }> {
  return until(
    `the run in ${place.namespace} to be done`,
    async () => {
      const records = [...(await place.records())];
      const open = records.filter(([, each]) => each['state'] !== 'done');
      const [first] = records;
      return first !== undefined && open.length === 0 && { run: first[0], items: first[1] };
    },
    { within, every: 1_000 },
  );
}
