/**
 * The one picture of the cluster that everything above the line reads. Reads and events fold into it in any order: an
 * object is replaced only by a newer one, and what a list shows to be gone does not come back with a late event.
 */

import { glob } from '../base/glob.ts';
import type { StreamEvent } from '../nomad/types.ts';
import { byId } from './by-id.ts';
import { type FollowedJob, followJob } from './followed-job.ts';
import { createIntern } from './interner.ts';
import { createJobNames } from './job-names.ts';
import { createNodeTable } from './node-table.ts';
import { regionView } from './parts.ts';
import type { AllocView, JobView, RegionView, View } from './types.ts';
import { fields, text } from './untrusted.ts';

/** What a change concerned: jobs as `<namespace>/<id>`, nodes by id. */
export interface Touched {
  readonly jobs: readonly string[];
  readonly nodes: readonly string[];
}

/**
 * The view as the controller feeds it. What comes in is Nomad's JSON as it was answered, and is not trusted: what can't
 * be read is left out. Lists carry the index of their answer; each change answers what it touched, or undefined when
 * all of it was known already.
 */
export interface MutableView extends View {
  /** The highest index that any answer or event had. */
  readonly resultIndex: number;
  /** From now on events of this job are taken; reads of a job follow it by themselves. */
  watchJob(namespace: string, job: string): void;
  /** Forgets the job, and drops its events. */
  unwatchJob(namespace: string, job: string): void;
  /** From now on events keep the names of this namespace's jobs up to date. */
  watchNamespace(namespace: string): void;
  unwatchNamespace(namespace: string): void;
  /** Ids, in order, of jobs that match a glob and are not dead: of the last list and the events since. */
  jobIdsMatching(namespace: string, pattern: string): readonly string[];
  /** Keys (`<namespace>/<id>`) of the jobs followed, in order: so that what nobody needs can be unwatched. */
  watchedJobs(): readonly string[];
  applyJob(job: unknown): Touched | undefined;
  /** The stubs of a namespace: names and states; a followed job that is not among them is gone. */
  applyJobList(namespace: string, stubs: readonly unknown[], index: number): Touched | undefined;
  /** A read did not find the job: such an answer has no index. */
  removeJob(namespace: string, job: string): Touched | undefined;
  /** All allocations of a job: those missing are gone, those older than what is held are ignored. */
  applyAllocs(namespace: string, job: string, list: readonly unknown[], index: number): Touched | undefined;
  /** All deployments of a job, of which the newest is kept. */
  applyDeployments(namespace: string, job: string, list: readonly unknown[], index: number): Touched | undefined;
  applyVersions(namespace: string, job: string, list: readonly unknown[], index: number): Touched | undefined;
  applyServices(namespace: string, job: string, list: readonly unknown[], index: number): Touched | undefined;
  /** The scheduler's configuration of the region named. */
  applyScheduler(region: string, value: unknown, index: number): void;
  applyNodes(list: readonly unknown[], index: number): Touched | undefined;
  applyNode(node: unknown): Touched | undefined;
  /** A read did not find the node. */
  removeNode(node: string): Touched | undefined;
  /** From now on these facts (`attr.os.name`, `meta.rack`) are kept of each node that a read or an event tells whole. */
  watchFacts(names: Iterable<string>): void;
  /** Facts other than these are not kept any more. */
  watchOnlyFacts(names: ReadonlySet<string>): void;
  applyEvent(event: StreamEvent): Touched | undefined;
}

const none: readonly string[] = [];

/** An empty view, in which nothing is watched. */
export function createView(): MutableView {
  const intern = createIntern();
  /** By namespace and id: looked up so often that making keys would show. */
  const followed = new Map<string, Map<string, FollowedJob>>();
  const names = createJobNames();
  const nodes = createNodeTable(intern);
  /** Where an allocation was found last: looked up again and again while a run is open. */
  const where = new Map<string, FollowedJob>();
  /** In order of id, until one comes or goes: asked for by every question of every run. */
  let sortedJobs: readonly FollowedJob[] | undefined;
  let resultIndex = 0;
  let region: RegionView | undefined;

  const keyOf = (namespace: string, job: string) => `${namespace}/${job}`;
  const followedOf = (namespace: string, job: string) => followed.get(namespace)?.get(job);
  function inOrder(): readonly FollowedJob[] {
    sortedJobs ??= [...followed.values()].flatMap(space => [...space.values()]).sort(byId);
    return sortedJobs;
  }

  function follow(namespace: string, job: string): FollowedJob {
    const known = followedOf(namespace, job);
    if (known !== undefined) return known;
    const fresh = followJob(intern(namespace), intern(job), intern);
    const space = followed.get(namespace) ?? new Map<string, FollowedJob>();
    followed.set(fresh.namespace, space.set(fresh.id, fresh));
    sortedJobs = undefined;
    return fresh;
  }

  function seen(index: number): void {
    resultIndex = Math.max(resultIndex, index);
  }

  const jobTouched = (namespace: string, job: string, changed: boolean): Touched | undefined =>
    changed ? { jobs: [keyOf(namespace, job)], nodes: none } : undefined;

  const nodesTouched = (ids: readonly string[]): Touched | undefined =>
    ids.length > 0 ? { jobs: none, nodes: ids } : undefined;

  function applyJob(value: unknown): Touched | undefined {
    const job = fields(value);
    const namespace = text(job?.['Namespace']);
    const id = text(job?.['ID']);
    if (namespace === undefined || id === undefined) return undefined;
    return jobTouched(namespace, id, follow(namespace, id).putJob(job, false));
  }

  function applyJobList(namespace: string, stubs: readonly unknown[], index: number): Touched | undefined {
    seen(index);
    if (!names.replace(namespace, stubs, index)) return undefined;
    const jobs = [...(followed.get(namespace)?.values() ?? [])]
      .filter(each => !names.has(namespace, each.id) && each.removeJob(index))
      .map(each => keyOf(namespace, each.id));
    return jobs.length > 0 ? { jobs, nodes: none } : undefined;
  }

  function applyJobEvent(event: StreamEvent): Touched | undefined {
    const job = fields(event.Payload['Job']);
    const namespace = text(job?.['Namespace']) ?? event.Namespace;
    const id = text(job?.['ID']);
    if (namespace === undefined || id === undefined) return undefined;
    const isGone = event.Payload['Deleted'] === true;
    const named = names.put(namespace, job, isGone ? event.Index : undefined);
    const known = followedOf(namespace, id);
    const changed = isGone ? known?.removeJob(event.Index) : known?.putJob(job, true);
    return jobTouched(namespace, id, named || changed === true);
  }

  /** The followed job that the object of an event belongs to. */
  function ownerOf(value: unknown): FollowedJob | undefined {
    const namespace = text(fields(value)?.['Namespace']);
    const job = text(fields(value)?.['JobID']);
    return namespace === undefined || job === undefined ? undefined : followedOf(namespace, job);
  }

  function applyNodeEvent(event: StreamEvent): Touched | undefined {
    const node = event.Payload['Node'];
    const id = text(fields(node)?.['ID']);
    if (id === undefined) return undefined;
    const isGone = event.Type === 'NodeDeregistration';
    const changed = isGone ? nodes.remove(id, event.Index) : nodes.put(node, true);
    return nodesTouched(changed === undefined ? none : [changed]);
  }

  function applyEvent(event: StreamEvent): Touched | undefined {
    seen(event.Index);
    switch (event.Topic) {
      case 'Allocation': {
        const alloc = event.Payload['Allocation'];
        const owner = ownerOf(alloc);
        return owner && jobTouched(owner.namespace, owner.id, owner.putAlloc(alloc));
      }
      case 'Deployment': {
        const deployment = event.Payload['Deployment'];
        const owner = ownerOf(deployment);
        return owner && jobTouched(owner.namespace, owner.id, owner.putDeployment(deployment));
      }
      case 'Job':
        return applyJobEvent(event);
      case 'Node':
        return applyNodeEvent(event);
      default:
        return undefined;
    }
  }

  return {
    get resultIndex() {
      return resultIndex;
    },
    job: (namespace, id) => followedOf(namespace, id)?.job(),
    isGone: (namespace, id) => followedOf(namespace, id)?.isGone() === true,
    jobsIn(namespace) {
      const jobs: JobView[] = [];
      for (const each of inOrder()) {
        const job = each.namespace === namespace ? each.job() : undefined;
        if (job !== undefined) jobs.push(job);
      }
      return jobs;
    },
    alloc(id): AllocView | undefined {
      const known = where.get(id);
      const held = known !== undefined && followedOf(known.namespace, known.id) === known ? known.alloc(id) : undefined;
      if (held !== undefined) return held;
      where.delete(id);
      for (const each of inOrder()) {
        const alloc = each.alloc(id);
        if (alloc === undefined) continue;
        where.set(id, each);
        return alloc;
      }
      return undefined;
    },
    allocsOf: (namespace, job) => followedOf(namespace, job)?.allocs() ?? [],
    node: id => nodes.get(id),
    nodes: () => nodes.all(),
    deployment: (namespace, job) => followedOf(namespace, job)?.deployment(),
    versions: (namespace, job) => followedOf(namespace, job)?.versions(),
    services: (namespace, job) => followedOf(namespace, job)?.services(),
    region: () => region,
    watchJob(namespace, job) {
      follow(namespace, job);
    },
    unwatchJob(namespace, job) {
      sortedJobs = undefined;
      followed.get(namespace)?.delete(job);
    },
    watchNamespace: namespace => names.watch(namespace),
    unwatchNamespace: namespace => names.unwatch(namespace),
    jobIdsMatching: (namespace, pattern) => names.living(namespace).filter(glob(pattern)),
    watchedJobs: () =>
      inOrder()
        .map(({ namespace, id }) => keyOf(namespace, id))
        .sort(),
    applyJob,
    applyJobList,
    removeJob: (namespace, job) => jobTouched(namespace, job, followedOf(namespace, job)?.removeJob() === true),
    applyAllocs(namespace, job, list, index) {
      seen(index);
      return jobTouched(namespace, job, follow(namespace, job).replaceAllocs(list, index));
    },
    applyDeployments(namespace, job, list, index) {
      seen(index);
      return jobTouched(namespace, job, follow(namespace, job).replaceDeployments(list, index));
    },
    applyVersions(namespace, job, list, index) {
      seen(index);
      return jobTouched(namespace, job, follow(namespace, job).replaceVersions(list, index));
    },
    applyServices(namespace, job, list, index) {
      seen(index);
      return jobTouched(namespace, job, follow(namespace, job).replaceServices(list, index));
    },
    applyScheduler(name, value, index) {
      seen(index);
      const read = regionView(name, value, index);
      if (read !== undefined && read.modifyIndex >= (region?.modifyIndex ?? 0)) region = read;
    },
    applyNodes(list, index) {
      seen(index);
      return nodesTouched(nodes.replace(list, index));
    },
    applyNode(node) {
      const changed = nodes.put(node, false);
      return nodesTouched(changed === undefined ? none : [changed]);
    },
    removeNode(node) {
      const changed = nodes.remove(node);
      return nodesTouched(changed === undefined ? none : [changed]);
    },
    watchFacts: nodes.ask,
    watchOnlyFacts: nodes.askOnly,
    applyEvent,
  };
}
