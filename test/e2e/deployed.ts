/** Controllers as operators deploy them: a job of Nomad's own, by its own job file and policy, with no token to keep. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Allocation } from '../../src/nomad/types.ts';
import { findNomad } from '../support/nomad-binary.ts';
import { until } from '../support/until.ts';
import { sirocco } from './command-line.ts';
import type { LogLine } from './controller-handle.ts';
import { makePlace, type Place, runningOf } from './place.ts';
import type { E2eCluster } from './real-clusters.ts';

const run = promisify(execFile);
const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const job = 'sirocco';

export interface Instance {
  readonly alloc: string;
  /** Name of its node. */
  readonly node: string;
}

export interface Deployed {
  /** Where the controllers run, and their records are. */
  readonly home: Place;
  /** Where schedules and jobs are. */
  readonly shop: Place;
  /** Those that run now. */
  readonly instances: readonly Instance[];
  /** Which one acts. */
  leader(): Promise<Instance>;
  /** All allocations of the job, ended ones too. */
  allocations(): Promise<readonly Allocation[]>;
  /** The whole log of one instance. */
  log(alloc: string): Promise<readonly LogLine[]>;
  /** As an operator types it. Answers what it printed; throws what it complained of. */
  nomad(...args: readonly string[]): Promise<string>;
  /** As an operator types it, for these namespaces. */
  sirocco(...argv: readonly string[]): ReturnType<typeof sirocco>;
  /** Gives the controllers this policy, in place of all that `sirocco policy` prints. */
  allow(policy: string): Promise<void>;
  readonly policy: string;
}

/** Deploys two instances in a home of their own, and waits until one of them acts. */
export async function deploy(cluster: E2eCluster): Promise<Deployed> {
  const home = await makePlace(cluster);
  const shop = await makePlace(cluster);
  const token = cluster.managementToken;
  const address = cluster.real.address;
  const environment = { NOMAD_ADDR: address, NOMAD_TOKEN: token };
  const own = ['--home', home.namespace, '--namespaces', shop.namespace];
  const { out: policy } = await sirocco(['policy', ...own]);

  const nomad = async (...args: readonly string[]) => {
    const env = { PATH: process.env['PATH'] ?? '', NOMAD_CLI_SHOW_HINTS: 'false', ...environment };
    const { stdout } = await run(findNomad() ?? '', args, { env, timeout: 120_000, maxBuffer: 64e6 });
    return stdout;
  };
  const allow = async (rules: string) => {
    const body = { Name: home.namespace, Rules: rules, JobACL: { Namespace: home.namespace, JobID: job } };
    await cluster.call(`/v1/acl/policy/${home.namespace}`, { method: 'PUT', body });
  };
  const instanceOf = ({ ID, NodeName }: Allocation): Instance => ({ alloc: ID, node: NodeName });
  const allocations = () => home.allocations(job);
  const leader = () =>
    until('one of them to act', async () => {
      const holder = (await home.get('chaos/control/leader'))?.['holder'];
      const found = (await allocations()).find(({ ID }) => holder === `${job}-${ID.slice(0, 8)}`);
      return found === undefined ? undefined : instanceOf(found);
    });

  await allow(policy);
  const limits = { max_group_percent: '100', max_namespace_percent: '100', max_nodes_percent: '100' };
  await home.put('chaos/control/limits', { ...limits, trust: JSON.stringify({ [shop.namespace]: 'cluster' }) });
  const values = { namespace: home.namespace, namespaces: shop.namespace, command: fromRoot('bin/sirocco.js') };
  const vars = Object.entries(values).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
  await nomad('job', 'run', ...vars, fromRoot('nomad/controller.nomad.hcl'));
  await leader();
  return {
    home,
    shop,
    instances: runningOf(await allocations()).map(instanceOf),
    leader,
    allocations,
    async log(alloc) {
      const text = await nomad('alloc', 'logs', '-namespace', home.namespace, alloc, 'controller');
      return text.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));
    },
    nomad,
    sirocco: (...argv) => sirocco([...argv, ...own], environment),
    allow,
    policy,
  };
}
