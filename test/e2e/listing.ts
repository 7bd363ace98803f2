/** A place and what it shares with others, as an operator lists it: to be the same again. Versions, events and indexes are left out. */

import type { Allocation, JobStub } from '../../src/nomad/types.ts';
import { nodeNamed } from './nodes.ts';
import { type Place, runningOf } from './place.ts';

export interface Listing {
  /** Each whole job as Nomad tells it, with its counts and whether it is stopped. */
  readonly jobs: Readonly<Record<string, unknown>>;
  /** Allocations that run and are to, by job and group. */
  readonly running: Readonly<Record<string, number>>;
  /** Status of the newest deployment of each job. */
  readonly deployments: Readonly<Record<string, string>>;
  /** How often each service is registered, with its tags. */
  readonly services: Readonly<Record<string, number>>;
  /** Versions of any job that bear a tag. */
  readonly tags: readonly string[];
  readonly node: unknown;
  readonly scheduler: unknown;
}

/** `node`: the one that the case may change. */
export async function listingOf(place: Place, node: string | undefined): Promise<Listing> {
  const { cluster, namespace } = place;
  const call = <T>(path: string) => cluster.call<T>(`${path}?namespace=${namespace}`);
  const ids = (await call<JobStub[]>('/v1/jobs')).map(({ ID }) => ID).sort();
  const of = async <T>(what: string) =>
    Promise.all(ids.map(async id => [id, await call<T>(`/v1/job/${id}${what}`)] as const));
  const allocations = (await of<Allocation[]>('/allocations')).flatMap(([, each]) => runningOf(each));
  const services = (await of<Registration[]>('/services')).flatMap(([, each]) => each);
  const scheduler = await cluster.call<{ SchedulerConfig: object }>('/v1/operator/scheduler/configuration');
  return {
    jobs: Object.fromEntries((await of<object>('')).map(([id, job]) => [id, bare(job)])),
    running: tally(allocations.map(({ JobID, TaskGroup }) => `${JobID}.${TaskGroup}`)),
    deployments: Object.fromEntries(
      (await of<{ Status: string } | null>('/deployment')).map(([id, found]) => [id, found?.Status ?? 'none']),
    ),
    services: tally(services.map(({ ServiceName, Tags }) => `${ServiceName} ${(Tags ?? []).join(',')}`)),
    tags: (await of<Versions>('/versions')).flatMap(([id, { Versions: versions }]) =>
      versions.flatMap(({ Version, VersionTag }) => (VersionTag ? [`${id} ${Version}: ${VersionTag.Name}`] : [])),
    ),
    node: node === undefined ? undefined : await nodeFacts(place, node),
    scheduler: bare(scheduler.SchedulerConfig),
  };
}

/** What differs, one line each: where, what it was and what it is. */
export function differences(before: unknown, after: unknown, where = ''): readonly string[] {
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(key =>
      differences(before[key], after[key], where === '' ? key : `${where}.${key}`),
    );
  const [was, is] = [before, after].map(each => JSON.stringify(each));
  return was === is ? [] : [`${where}: was ${was}, is ${is}`];
}

interface Registration {
  readonly ServiceName: string;
  readonly Tags: readonly string[] | null;
}

interface Versions {
  readonly Versions: readonly { readonly Version: number; readonly VersionTag?: { readonly Name: string } | null }[];
}

/** Counters of Nomad's own, who registered it last, and what follows from the rest. */
const leftOut = /^(?:Version|NomadTokenID|VersionTag|Stable|SubmitTime|Status|StatusDescription|\w*Index)$/;

function bare(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !leftOut.test(key)));
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

async function nodeFacts({ cluster }: Place, name: string): Promise<unknown> {
  const { SchedulingEligibility, Drain, Status } = await nodeNamed(cluster, name);
  return { eligibility: SchedulingEligibility, drain: Drain, status: Status };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
