/** What the contract's cases are given: a cluster, and a namespace of their own in it. */

import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Allocation, JobStub } from '../../src/nomad/types.ts';
import { type JobOptions, jobSpec } from '../support/jobs.ts';
import type { NamespaceRights, Rights } from '../support/rights.ts';
import { runningAllocations } from '../support/running-job.ts';
import { type Caller, caller, closeCallers } from './caller.ts';

/** A cluster with three nodes and ACLs on, of either kind. */
export interface ContractCluster {
  readonly address: string;
  readonly managementToken: string;
  createNamespace(name: string): Promise<void>;
  /** Answers the token's secret; fails with Nomad's own words where a policy is refused. */
  createToken(rights: Rights): Promise<string>;
  deleteToken(secret: string): Promise<void>;
  stop(): Promise<void>;
}

export interface Space {
  readonly namespace: string;
  /** With the management token. */
  readonly manager: Caller;
  /** With a token that has just these rights in this namespace, and `more` elsewhere. */
  caller(rights: NamespaceRights, more?: Omit<Rights, 'namespaces'>): Promise<Caller>;
  /** Registers a job and waits until all its allocations run, their main tasks too; answers them by name. */
  run(options: Omit<JobOptions, 'namespace'>): Promise<Allocation[]>;
}

export interface Contract {
  cluster(): ContractCluster;
  /** A namespace for one case alone. */
  space(): Promise<Space>;
}

export type Cases = (contract: Contract) => void;

/** Runs the groups of cases against one cluster, started once for all of them. */
export function describeContract(
  name: string,
  start: () => Promise<ContractCluster>,
  groups: Readonly<Record<string, Cases>>,
): void {
  describe(name, () => {
    let running: ContractCluster | undefined;
    const spaces: Space[] = [];
    let asked = 0;
    let jobsEnded = 0;
    beforeAll(async () => {
      running = await start();
    }, 120_000);
    afterAll(async () => {
      if (running === undefined) return;
      await closeCallers(running.address);
      await running.stop();
    }, 60_000);
    // The nodes are shared: a case leaves no job behind.
    afterEach(async () => {
      for (const { manager } of spaces.slice(jobsEnded)) await endJobs(manager);
      jobsEnded = spaces.length;
    });
    const cluster = (): ContractCluster => {
      if (running === undefined) throw new Error('the cluster is not running: ask for it inside a test');
      return running;
    };
    const contract: Contract = {
      cluster,
      async space() {
        asked += 1;
        const made = await spaceIn(cluster(), `space-${asked}`);
        spaces.push(made);
        return made;
      },
    };
    for (const [title, cases] of Object.entries(groups)) describe(title, { timeout: 60_000 }, () => cases(contract));
  });
}

async function endJobs(by: Caller): Promise<void> {
  const jobs = (await by.get('/v1/jobs')).body as JobStub[];
  for (const { ID } of jobs) await by.delete(`/v1/job/${ID}`, { purge: 'true' });
}

async function spaceIn(cluster: ContractCluster, namespace: string): Promise<Space> {
  await cluster.createNamespace(namespace);
  const manager = caller(cluster.address, namespace, cluster.managementToken);
  return {
    namespace,
    manager,
    async run(options) {
      const answer = await manager.put('/v1/jobs', { Job: jobSpec({ ...options, namespace }) });
      if (answer.status !== 200)
        throw new Error(`the job was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
      const main = (options.tasks ?? [{ name: 'server' }])
        .filter(task => !('lifecycle' in task))
        .map(task => task.name);
      return runningAllocations(manager.get, options.id, options.count ?? 3, main);
    },
    async caller(rights, more = {}) {
      const secret = await cluster.createToken({ ...more, namespaces: { [namespace]: rights } });
      return caller(cluster.address, namespace, secret);
    },
  };
}
