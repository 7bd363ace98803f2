/** What all schedules together want to know of the cluster, kept by counting: thousands of them are not asked again for each run. */

import { isGlob } from '../base/glob.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import type { Spec } from '../spec/experiment.ts';
import { factsAsked } from '../targeting/facts.ts';
import { knownSteps } from './steps.ts';

/** What one schedule wants. */
interface Interest {
  readonly namespace: string;
  /** A name, or a glob. */
  readonly job: string | undefined;
  readonly nodes: boolean;
  readonly facts: readonly string[];
}

export interface Interests {
  /** Takes the place of what the schedule of this key wanted before; no spec: nothing. */
  put(key: string, namespace: string, spec: Spec | undefined): void;
  /** Names of jobs that schedules of a namespace give. */
  jobs(namespace: string): ReadonlyMap<string, number>;
  /** Whether one of them gives a glob: any job may be meant. */
  anyJob(namespace: string): boolean;
  /** Whether one hits nodes, or waits for them. */
  readonly nodes: boolean;
  /** Attributes and meta of nodes that targets ask for. */
  facts(): Iterable<string>;
}

export function createInterests(catalog: FaultCatalog): Interests {
  const held = new Map<string, Interest>();
  const jobs = new Map<string, Map<string, number>>();
  const globs = new Map<string, number>();
  const facts = new Map<string, number>();
  let nodes = 0;

  function count({ namespace, job, nodes: wantsNodes, facts: names }: Interest, by: 1 | -1): void {
    if (job !== undefined && isGlob(job)) add(globs, namespace, by);
    else if (job !== undefined) {
      const named = jobs.get(namespace) ?? new Map<string, number>();
      jobs.set(namespace, named);
      add(named, job, by);
    }
    if (wantsNodes) nodes += by;
    for (const name of names) add(facts, name, by);
  }

  return {
    put(key, namespace, spec) {
      const before = held.get(key);
      if (before !== undefined) count(before, -1);
      held.delete(key);
      if (spec === undefined || spec.schedule.suspend) return;
      const interest = interestOf(catalog, namespace, spec);
      held.set(key, interest);
      count(interest, 1);
    },
    jobs: namespace => jobs.get(namespace) ?? new Map<string, number>(),
    anyJob: namespace => globs.has(namespace),
    get nodes() {
      return nodes > 0;
    },
    facts: () => facts.keys(),
  };
}

function add(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const left = (counts.get(key) ?? 0) + by;
  if (left === 0) counts.delete(key);
  else counts.set(key, left);
}

function interestOf(catalog: FaultCatalog, namespace: string, { experiment, schedule: { when } }: Spec): Interest {
  const { target } = experiment;
  const nodes =
    (when.kind === 'on' && when.on === 'node-joined') ||
    knownSteps(catalog, experiment).some(({ fault }) => fault.targetKind === 'node');
  return { namespace, job: target.job, nodes, facts: factsAsked(target) };
}
