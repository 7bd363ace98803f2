/**
 * What is known of one job that somebody follows: itself, its allocations, its newest deployment. Nothing that is told
 * late takes it back: each object is ordered by its ModifyIndex, each absence by the index of the list that shows it.
 */

import type { Intern } from './interner.ts';
import { allocView, deploymentView, jobView } from './objects.ts';
import { serviceViews, versionViews } from './parts.ts';
import type { AllocView, DeploymentView, JobView, ServiceList, ServiceView, VersionView } from './types.ts';
import { amount, type Fields, fields, text } from './untrusted.ts';

/** Each change answers whether there was one. `news`: an event, which may be old, tells it. */
export interface FollowedJob {
  readonly namespace: string;
  readonly id: string;
  job(): JobView | undefined;
  isGone(): boolean;
  deployment(): DeploymentView | undefined;
  alloc(id: string): AllocView | undefined;
  /** In order of id; the same list until something changes. */
  allocs(): readonly AllocView[];
  putJob(value: unknown, news: boolean): boolean;
  /** Gone at `index`, or, where no index says, after what is held. */
  removeJob(index?: number): boolean;
  putAlloc(value: unknown): boolean;
  replaceAllocs(list: readonly unknown[], index: number): boolean;
  putDeployment(value: unknown): boolean;
  replaceDeployments(list: readonly unknown[], index: number): boolean;
  versions(): readonly VersionView[] | undefined;
  services(): ServiceList | undefined;
  replaceVersions(list: readonly unknown[], index: number): boolean;
  replaceServices(list: readonly unknown[], index: number): boolean;
}

/** A list that is only ever read whole: the one of the highest index counts. */
function createListed<T>() {
  let held: readonly T[] | undefined;
  let listedAt = -1;
  return {
    get: () => held,
    index: () => listedAt,
    replace(list: readonly T[], index: number): boolean {
      if (index < listedAt) return false;
      const isSame = JSON.stringify(list) === JSON.stringify(held);
      listedAt = index;
      if (!isSame) held = list;
      return !isSame;
    },
  };
}

export function followJob(namespace: string, id: string, intern: Intern): FollowedJob {
  const allocs = new Map<string, AllocView>();
  let job: JobView | undefined;
  let jobGoneAt = 0;
  let wasTold = false;
  let deployment: DeploymentView | undefined;
  const versions = createListed<VersionView>();
  const services = createListed<ServiceView>();
  let deploymentsListedAt = 0;
  let allocsListedAt = 0;
  /** Ids in order, and the list of them: the order outlives changes of state. */
  let order: readonly string[] | undefined;
  let sorted: readonly AllocView[] | undefined;

  function isOurs(from: Fields | undefined, key: 'ID' | 'JobID'): from is Fields {
    return from?.[key] === id && from['Namespace'] === namespace;
  }

  function putJob(value: unknown, news: boolean): boolean {
    const from = fields(value);
    const index = amount(from?.['ModifyIndex']);
    if (!isOurs(from, 'ID') || index === undefined) return false;
    if (job === undefined ? (news ? index <= jobGoneAt : index < jobGoneAt) : index <= job.modifyIndex) return false;
    const view = jobView(from, intern);
    if (view === undefined) return false;
    job = view;
    return true;
  }

  function removeJob(index?: number): boolean {
    if (job !== undefined && index !== undefined && job.modifyIndex > index) return false;
    jobGoneAt = Math.max(jobGoneAt, index ?? job?.modifyIndex ?? 0);
    wasTold = true;
    const had = job !== undefined;
    job = undefined;
    return had;
  }

  /** Takes an allocation in when it is newer than what is held; `floor`: one not held and no newer than that is gone. */
  function takeAlloc(value: unknown, floor: number, whole: boolean): boolean {
    const from = fields(value);
    const key = text(from?.['ID']);
    const index = amount(from?.['ModifyIndex']);
    if (key === undefined || index === undefined || !isOurs(from, 'JobID')) return false;
    const held = allocs.get(key);
    if (held === undefined ? index <= floor : index < held.modifyIndex) return false;
    // The same state again may know the tasks that the plan's own event had left out.
    if (index === held?.modifyIndex && !(whole && isBare(held) && fields(from['TaskStates']) !== undefined))
      return false;
    const view = allocView(from, intern, held);
    if (view === undefined) return false;
    if (held === undefined) order = undefined;
    allocs.set(view.id, view);
    sorted = undefined;
    return true;
  }

  function replaceAllocs(list: readonly unknown[], index: number): boolean {
    const isOld = index < allocsListedAt;
    let changed = false;
    for (const each of list) if (takeAlloc(each, isOld ? allocsListedAt : -1, true)) changed = true;
    if (isOld) return changed;
    allocsListedAt = index;
    const listed = new Set(list.map(each => fields(each)?.['ID']));
    for (const [key, held] of allocs) {
      if (listed.has(key) || held.modifyIndex > index) continue;
      allocs.delete(key);
      order = undefined;
      sorted = undefined;
      changed = true;
    }
    return changed;
  }

  /** The newest deployment stays; `floor`: where none is held, one no newer than that is gone. */
  function takeDeployment(value: unknown, floor: number): boolean {
    const from = fields(value);
    const found = isOurs(from, 'JobID') ? deploymentView(from, intern) : undefined;
    if (found === undefined) return false;
    const isOld =
      deployment === undefined
        ? found.modifyIndex <= floor
        : found.id === deployment.id
          ? found.modifyIndex <= deployment.modifyIndex
          : found.createIndex <= deployment.createIndex;
    if (!isOld) deployment = found;
    return !isOld;
  }

  function replaceDeployments(list: readonly unknown[], index: number): boolean {
    if (index < deploymentsListedAt) return false;
    deploymentsListedAt = index;
    const held = deployment;
    const isGone =
      held !== undefined && held.modifyIndex <= index && !list.some(each => fields(each)?.['ID'] === held.id);
    if (isGone) deployment = undefined;
    let changed = isGone;
    for (const each of list) if (takeDeployment(each, -1)) changed = true;
    return changed;
  }

  return {
    namespace,
    id,
    job: () => job,
    isGone: () => wasTold && job === undefined,
    deployment: () => deployment,
    alloc: key => allocs.get(key),
    allocs() {
      order ??= [...allocs.keys()].sort();
      sorted ??= order.flatMap(key => allocs.get(key) ?? []);
      return sorted;
    },
    putJob,
    removeJob,
    putAlloc: value => takeAlloc(value, allocsListedAt, false),
    replaceAllocs,
    putDeployment: value => takeDeployment(value, deploymentsListedAt),
    replaceDeployments,
    versions: versions.get,
    services: () => {
      const held = services.get();
      return held && { services: held, index: services.index() };
    },
    replaceVersions: (list, index) => versions.replace(versionViews(list), index),
    replaceServices: (list, index) => services.replace(serviceViews(list, { namespace, job: id }, intern), index),
  };
}

function isBare({ tasks }: AllocView): boolean {
  for (const _ in tasks) return false;
  return true;
}
