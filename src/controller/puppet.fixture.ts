/** Nomad as a puppet, for tests of the fold: it answers each call at once, from small tables, by the clock it is handed. */

import type { Call } from '../lifecycle/effects.ts';
import type { Variable } from '../nomad/types.ts';
import { createJobBook, type JobBook } from './puppet-jobs.fixture.ts';
import { createRegion, type Region } from './puppet-region.fixture.ts';
import type { Answer } from './types.ts';
import { createWorkload, type VirtualClock, type Workload } from './workload.fixture.ts';

export type Items = Readonly<Record<string, string>>;

export interface Puppet extends Workload {
  readonly book: JobBook;
  readonly region: Region;
  /** The index of the last change. */
  readonly index: number;
  answer(call: Call): Answer;
  items(namespace: string, path: string): Items | undefined;
  /** Every path that a namespace has under a prefix. */
  paths(namespace: string, prefix: string): readonly string[];
  put(namespace: string, path: string, items: Items): void;
  remove(namespace: string, path: string): void;
  /** Whether anything under a prefix changed after an index, a removal too. */
  changedSince(namespace: string, prefix: string, index: number): boolean;
  /** Somebody takes the lock away: its holder's next renewal is refused. */
  breakLock(): void;
}

/** The lock's TTL and its delay: so long after the last renewal nobody else gets it. */
const lockMs = 11_000;

export function createPuppet(clock: VirtualClock): Puppet {
  const variables = new Map<string, Variable>();
  const changes: { readonly key: string; readonly at: number }[] = [];
  let lock: { readonly id: string; readonly freeAt: number } | undefined;
  let index = 1_000;
  const next = () => {
    index += 1;
    return index;
  };
  const workload = createWorkload(clock, next);
  const book = createJobBook(clock, next, workload);
  const region = createRegion(clock, next, workload);

  const keyOf = (namespace: string, path: string) => `${namespace}:${path}`;
  const ok = (value?: unknown, at = index): Answer => ({
    kind: 'ok',
    index: at,
    ...(value === undefined ? {} : { value }),
  });
  const conflict = (held: Variable | undefined): Answer => ({
    kind: 'refused',
    reason: 'conflict',
    message: 'it changed',
    value: held ?? { ModifyIndex: 0 },
  });
  const missing: Answer = { kind: 'refused', reason: 'not-found', message: 'no such thing' };
  const found = (value: { readonly ModifyIndex: number } | undefined): Answer =>
    value === undefined ? missing : ok(value, value.ModifyIndex);
  const matching = (namespace: string, prefix: string) =>
    [...variables.values()].filter(each => each.Namespace === namespace && each.Path.startsWith(prefix));

  function put(namespace: string, path: string, items: Items): Variable {
    const key = keyOf(namespace, path);
    const [ModifyIndex, ModifyTime] = [next(), clock.wall * 1e6];
    const { CreateIndex, CreateTime } = variables.get(key) ?? { CreateIndex: ModifyIndex, CreateTime: ModifyTime };
    const about = { CreateIndex, CreateTime, ModifyIndex, ModifyTime };
    const variable: Variable = { Namespace: namespace, Path: path, Items: items, ...about };
    variables.set(key, variable);
    changes.push({ key, at: index });
    return variable;
  }

  function remove(namespace: string, path: string): void {
    variables.delete(keyOf(namespace, path));
    changes.push({ key: keyOf(namespace, path), at: next() });
  }

  function acquire(): Answer {
    if (lock !== undefined && clock.wall < lock.freeAt) return conflict(undefined);
    lock = { id: `lock-${next()}`, freeAt: clock.wall + lockMs };
    return ok({ Lock: { ID: lock.id }, ModifyIndex: index, ModifyTime: clock.wall * 1e6 });
  }

  function renew(id: string): Answer {
    if (lock?.id !== id) return conflict(undefined);
    lock = { id, freeAt: clock.wall + lockMs };
    return ok({});
  }

  function setEligible(node: string, eligible: boolean): Answer {
    const wanted = eligible ? 'eligible' : 'ineligible';
    if (workload.nodes.get(node)?.SchedulingEligibility === wanted) return ok({}, 0);
    workload.changeNode(node, { SchedulingEligibility: wanted });
    return ok({});
  }

  function answer(call: Call): Answer {
    workload.settle();
    switch (call.op) {
      case 'list-variables':
        return ok(matching(call.namespace, call.prefix).map(({ Items: _, ...metadata }) => metadata));
      case 'read-variable': {
        const variable = variables.get(keyOf(call.namespace, call.path));
        return variable === undefined ? ok() : ok(variable, variable.ModifyIndex);
      }
      case 'write-variable': {
        const held = variables.get(keyOf(call.namespace, call.path));
        if (call.cas !== undefined && call.cas !== (held?.ModifyIndex ?? 0)) return conflict(held);
        return ok(put(call.namespace, call.path, call.items));
      }
      case 'delete-variable': {
        const held = variables.get(keyOf(call.namespace, call.path));
        if ((held?.ModifyIndex ?? 0) !== call.cas) return conflict(held);
        remove(call.namespace, call.path);
        return ok();
      }
      case 'lock-acquire':
        return acquire();
      case 'lock-renew':
        return renew(call.lock);
      case 'lock-release':
        if (lock?.id === call.lock) lock = undefined;
        return ok({});
      case 'read-job':
        return found(workload.jobs.get(call.job));
      case 'list-jobs':
        return ok([...workload.jobs.values()]);
      case 'list-job-allocs':
        return ok(workload.allocsOf(call.job));
      case 'list-nodes':
        return ok([...workload.nodes.values()].map(({ Attributes: _, Meta: __, ...stub }) => stub));
      case 'read-node':
        return found(workload.nodes.get(call.node));
      case 'alloc-signal':
        return workload.signal(call.alloc, call.task, call.signal) ? ok({}) : missing;
      case 'alloc-stop':
        return workload.stop(call.alloc) ? ok({}) : missing;
      case 'alloc-restart':
        return { kind: 'refused', reason: 'error', message: 'not by this puppet' };
      case 'node-eligibility':
        return setEligible(call.node, call.eligible);
      default:
        return (
          book.answer(call) ??
          region.answer(call) ?? { kind: 'refused', reason: 'error', message: 'not by this puppet' }
        );
    }
  }

  return {
    ...workload,
    book,
    region,
    get index() {
      return index;
    },
    answer,
    items: (namespace, path) => variables.get(keyOf(namespace, path))?.Items ?? undefined,
    paths: (namespace, prefix) => matching(namespace, prefix).map(each => each.Path),
    put,
    remove,
    changedSince(namespace, prefix, since) {
      const start = keyOf(namespace, prefix);
      const newest = changes.findLast(({ key, at }) => at <= since || key.startsWith(start));
      return newest !== undefined && newest.at > since;
    },
    breakLock() {
      lock = undefined;
    },
  };
}
