/** What people do at which virtual millisecond, and what they want from then on: the same in a disturbed and an undisturbed run. */

import type { Random } from '../../src/base/random.ts';
import type { Cluster, NodeRecord } from '../../src/embedded/core/types.ts';
import type { NomadRequest } from '../../src/nomad/types.ts';
import { home, ownNode, put, remove, type Service, service, services, sharedNodes } from './scenario.ts';
import { schedules } from './schedules.ts';

/** A change of what people want of a job or a node, from when their request was taken. */
export type Wish =
  | {
      readonly job: Service;
      readonly count?: number;
      readonly is?: 'running' | 'stopped' | 'absent';
      readonly edition?: number;
    }
  | { readonly node: string; readonly is: 'in' | 'out' };

export interface Deed {
  readonly at: number;
  readonly name: string;
  /** Deeds on one thing are done one after the other: one that Nomad refuses is tried again each second. */
  readonly on?: string;
  /** Made of the cluster as it is; undefined: not now. */
  request(cluster: Cluster): NomadRequest | undefined;
  /** What is wanted from when it was taken. */
  readonly wish?: Wish | (() => Wish | undefined);
  /** How often it is tried; default: until it is taken. */
  readonly tries?: number;
}

/** Never a count that a fault sets: whose it is could not be told. */
const counts = [4, 5, 6, 7];

const nodeNamed = (cluster: Cluster, name: string) =>
  [...cluster.tables.nodes.values()].find(each => each.Name === name);

const drainRequest = (node: NodeRecord, spec: object | null, markEligible: boolean): NomadRequest => ({
  method: 'PUT',
  path: `/v1/node/${node.ID}/drain`,
  body: { DrainSpec: spec, MarkEligible: markEligible, Meta: {} },
  kind: 'people',
});

const eligibility = (node: NodeRecord, word: 'eligible' | 'ineligible'): NomadRequest => ({
  method: 'PUT',
  path: `/v1/node/${node.ID}/eligibility`,
  body: { Eligibility: word },
  kind: 'people',
});

const anHour = { Deadline: 3_600_000_000_000, IgnoreSystemJobs: false };

const onNode = (name: string, make: (node: NodeRecord) => NomadRequest) => (cluster: Cluster) => {
  const node = nodeNamed(cluster, name);
  return node === undefined ? undefined : make(node);
};

/** A deploy of the file, or of what runs with only its count kept. */
function deploy(job: Service, at: number, edition: number, keepsCount: boolean): Deed {
  return {
    at,
    name: `deploy ${job}${keepsCount ? ' with its count' : ''}`,
    on: `job ${job}`,
    request(cluster) {
      const present = cluster.tables.jobs.get(`default/${job}`)?.job.TaskGroups[0]?.Count;
      if (keepsCount && present === undefined) return undefined;
      return service(job, keepsCount ? (present ?? 0) : services[job], edition);
    },
    wish: { job, is: 'running', edition, ...(keepsCount ? {} : { count: services[job] }) },
  };
}

function scale(job: Service, at: number, count: number): Deed {
  return {
    at,
    name: `scale ${job} to ${count}`,
    on: `job ${job}`,
    request: () => ({
      method: 'PUT',
      path: `/v1/job/${job}/scale`,
      namespace: 'default',
      body: { Count: count, Target: { Group: 'app' }, Message: 'people' },
      kind: 'people',
    }),
    wish: { job, count },
  };
}

function deregister(job: Service, at: number, purge: boolean): Deed {
  return {
    at,
    name: `${purge ? 'purge' : 'stop'} ${job}`,
    on: `job ${job}`,
    request: () => ({
      method: 'DELETE',
      path: `/v1/job/${job}`,
      namespace: 'default',
      ...(purge ? { query: { purge: 'true' } } : {}),
      kind: 'people',
    }),
    wish: { job, is: purge ? 'absent' : 'stopped' },
  };
}

/** Takes a node out for a while, as for maintenance. */
function maintenance(node: string, at: number, forMs: number): readonly Deed[] {
  return [
    {
      at,
      name: `drain ${node}`,
      on: `node ${node}`,
      request: onNode(node, each => drainRequest(each, anHour, false)),
      wish: { node, is: 'out' },
    },
    {
      at: at + forMs,
      name: `undrain ${node}`,
      on: `node ${node}`,
      request: onNode(node, each => drainRequest(each, null, true)),
      wish: { node, is: 'in' },
    },
  ];
}

const bearsOurDrain = ({ LastDrain, SchedulingEligibility }: NodeRecord) =>
  SchedulingEligibility === 'ineligible' &&
  LastDrain?.Meta?.['sirocco_run'] !== undefined &&
  LastDrain.Status !== 'canceled';

/** Renews a drain of ours, once one is in force, or ends it and keeps the node out; and has the node back a while later. */
function meddle(at: number, forMs: number, renews: boolean): readonly Deed[] {
  let found: { readonly name: string; readonly since: number } | undefined;
  const wish = (is: 'in' | 'out') => () => found && ({ node: found.name, is } as const);
  return [
    {
      at,
      name: `${renews ? 'renew' : 'end'} a drain of ours`,
      on: 'our drains',
      request(cluster) {
        const node = [...cluster.tables.nodes.values()].find(each => bearsOurDrain(each) && (renews || each.Drain));
        if (node === undefined) return undefined;
        found = { name: node.Name, since: cluster.now };
        return drainRequest(node, renews ? anHour : null, false);
      },
      wish: wish('out'),
      tries: 100,
    },
    {
      at: at + 1_000,
      name: 'have its node back',
      on: 'our drains',
      request(cluster) {
        const node = found && nodeNamed(cluster, found.name);
        if (node === undefined || found === undefined || cluster.now < found.since + forMs) return undefined;
        return node.Drain ? drainRequest(node, null, true) : eligibility(node, 'eligible');
      },
      wish: wish('in'),
      tries: 100,
    },
  ];
}

export interface Draws {
  readonly people: Random;
  readonly operators: Random;
  readonly choice: Random;
  readonly times: Random;
}

export function deeds({ people, operators, choice, times }: Draws): readonly Deed[] {
  const written = schedules(choice, times);
  const fixed = (at: number, name: string, request: NomadRequest): Deed => ({ at, name, request: () => request });
  const specs = written.map(({ at, name, request }) => fixed(at, name, request));
  return [...specs, ...writes(people, written), ...byOperators(operators)];
}

/** Variables that people write: a wrong one, halts, other specs. */
function writes(people: Random, written: readonly { readonly name: string; readonly namespace: string }[]): Deed[] {
  const between = (from: number, to: number) => from + people.below(to - from);
  const all: Deed[] = [];
  const add = (at: number, name: string, request: NomadRequest) => all.push({ at, name, request: () => request });
  const bad = { fault: 'alloc-kil', target_job: 'web', every: '5s' };
  add(between(500, 9_000), 'bad', put('default', 'chaos/schedule/bad', bad));
  if (people.next() < 0.5) {
    const at = between(20_000, 90_000);
    add(at, 'halt', put(home, 'chaos/control/halt', { reason: 'people' }));
    add(at + between(1_000, 15_000), 'resume', remove(home, 'chaos/control/halt'));
  }
  for (const { name, namespace } of written) {
    const [isDeleted, at] = [people.next() < 0.12, between(20_000, 100_000)];
    if (isDeleted) add(at, `delete ${name}`, remove(namespace, `chaos/schedule/${name}`));
  }
  if (people.next() < 0.5) {
    const edited = { fault: 'alloc-kill', target_job: 'web', target_count: '2', every: '13s', recover_within: '40s' };
    add(between(20_000, 100_000), 'edit', put('default', 'chaos/schedule/kill', edited));
  }
  return all;
}

/** What is done to jobs and nodes by hand. */
function byOperators(draws: Random): Deed[] {
  const between = (from: number, to: number) => from + draws.below(to - from);
  const often = (likely: number, most: number, make: (at: number, n: number) => readonly Deed[]) => {
    const [isIn, howOften] = [draws.next() < likely, 1 + draws.below(most)];
    return Array.from({ length: isIn ? howOften : 0 }, (_, n) => make(between(8_000, 115_000), n)).flat();
  };
  const node = () => sharedNodes[draws.below(sharedNodes.length)] ?? 'client-0';
  const keeps = () => draws.next() < 0.5;
  const all = [
    ...often(0.5, 3, at => [scale('pool', at, counts[draws.below(counts.length)] ?? 4)]),
    ...often(0.5, 3, (at, n) => [deploy('pool', at, 10 + n, keeps())]),
    ...often(0.5, 3, (at, n) => [deploy('shop', at, 20 + n, keeps())]),
    ...often(0.3, 2, (at, n) => [deploy('web', at, 30 + n, keeps())]),
    ...often(0.8, 5, (at, n) => [deploy('front', at, 40 + n, keeps())]),
    ...often(0.25, 1, at => [deregister('shop', at, false), deploy('shop', at + between(3_000, 30_000), 50, true)]),
    ...often(0.1, 1, at => [deregister('shop', at, false)]),
    ...often(0.4, 2, at => maintenance(node(), at, between(3_000, 20_000))),
    ...often(0.5, 3, at => meddle(Math.floor(at / 2), between(6_000, 20_000), keeps())),
    ...often(0.3, 1, at => [
      {
        at,
        name: `keep ${ownNode} out`,
        on: `node ${ownNode}`,
        request: onNode(ownNode, each => eligibility(each, 'ineligible')),
        wish: { node: ownNode, is: 'out' } as const,
      },
    ]),
  ];
  const purged = draws.next() < 0.15 ? (draws.next() < 0.5 ? 'pool' : 'shop') : undefined;
  const at = between(40_000, 115_000);
  if (purged === undefined) return all;
  return [...all.filter(each => each.on !== `job ${purged}` || each.at < at), deregister(purged, at, true)];
}
