/** Tables, their copies, and finding records in them. */

import type { AllocEntry, EvalRecord, SchedulerConfig, Tables } from './types.ts';

const schedulerConfig: SchedulerConfig = {
  SchedulerAlgorithm: 'spread',
  PreemptionConfig: {
    SystemSchedulerEnabled: false,
    SysBatchSchedulerEnabled: false,
    BatchSchedulerEnabled: false,
    ServiceSchedulerEnabled: false,
  },
  MemoryOversubscriptionEnabled: false,
  RejectJobRegistration: false,
  PauseEvalBroker: false,
  NodeLimitForFeasibilityChecks: 0,
  CreateIndex: 1,
  ModifyIndex: 1,
};

export function createTables(): Tables {
  return {
    index: 1,
    indexes: {
      jobs: 1,
      allocs: 1,
      nodes: 1,
      deployment: 1,
      evals: 1,
      variables: 1,
      namespaces: 1,
      services: 1,
      scheduler: 1,
    },
    jobs: new Map(),
    allocs: new Map(),
    allocsByJob: new Map(),
    allocsByNode: new Map(),
    nodes: new Map(),
    deployments: new Map(),
    evals: new Map(),
    evalsByJob: new Map(),
    blockedEvals: new Set(),
    variables: new Map(),
    namespaces: new Map(),
    services: new Map(),
    scheduler: schedulerConfig,
  };
}

const copySets = (sets: Map<string, Set<string>>) => new Map([...sets].map(([key, set]) => [key, new Set(set)]));

/** The tables as they are now: records are shared, since they are never changed. */
export function copyTables(tables: Tables): Tables {
  return {
    index: tables.index,
    indexes: { ...tables.indexes },
    jobs: new Map(tables.jobs),
    allocs: new Map(tables.allocs),
    allocsByJob: copySets(tables.allocsByJob),
    allocsByNode: copySets(tables.allocsByNode),
    nodes: new Map(tables.nodes),
    deployments: new Map(tables.deployments),
    evals: new Map(tables.evals),
    evalsByJob: copySets(tables.evalsByJob),
    blockedEvals: new Set(tables.blockedEvals),
    variables: new Map([...tables.variables].map(([namespace, paths]) => [namespace, new Map(paths)])),
    namespaces: new Map(tables.namespaces),
    services: new Map(tables.services),
    scheduler: tables.scheduler,
  };
}

export function jobKey(namespace: string, id: string): string {
  return `${namespace}/${id}`;
}

/** The allocations of a job, oldest first. */
export function allocsOfJob(tables: Tables, namespace: string, job: string): AllocEntry[] {
  return entriesOf(tables, tables.allocsByJob.get(jobKey(namespace, job)));
}

export function allocsOfNode(tables: Tables, node: string): AllocEntry[] {
  return entriesOf(tables, tables.allocsByNode.get(node));
}

function entriesOf(tables: Tables, ids: Iterable<string> | undefined): AllocEntry[] {
  const found: AllocEntry[] = [];
  for (const id of ids ?? []) {
    const entry = tables.allocs.get(id);
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

/** Evaluations of a job, oldest first. */
export function evalsOfJob(tables: Tables, namespace: string, job: string): EvalRecord[] {
  const found: EvalRecord[] = [];
  for (const id of tables.evalsByJob.get(jobKey(namespace, job)) ?? []) {
    const evaluation = tables.evals.get(id);
    if (evaluation !== undefined) found.push(evaluation);
  }
  return found;
}
