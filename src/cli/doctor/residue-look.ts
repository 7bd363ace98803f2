/** The cluster as `doctor --residue` sees it: everything that may bear a mark of ours, and what may not be looked at. */

import { SiroccoError } from '../../base/errors.ts';
import { deploymentView, nodeView } from '../../cluster/objects.ts';
import type { RegionView } from '../../cluster/types.ts';
import { amount, fields, items, text } from '../../cluster/untrusted.ts';
import type { Seen, SeenDeployment, SeenNode } from '../../faults/fault.ts';
import type { NomadClient } from '../../nomad/client.ts';
import { managedNamespaces } from '../namespaces.ts';
import type { Settings } from '../settings.ts';
import { eachOf } from '../variables.ts';
import { nodeLostAt, scalingsOf, versionsOf } from './residue-objects.ts';

/** Something that this token can't see, and why. */
export interface Unseen {
  readonly what: string;
  readonly message: string;
}

/** A job that does a fault on a node, by its own meta. */
export interface AgentJob {
  readonly namespace: string;
  readonly job: string;
  readonly run: string;
  readonly since?: number;
}

export interface Look extends Omit<Seen, 'recorded'> {
  readonly agents: readonly AgentJob[];
  readonly unseen: readonly Unseen[];
}

interface Stub {
  readonly ID: string;
  readonly ParentID?: string;
  readonly Status: string;
  readonly Meta?: Readonly<Record<string, string>> | null;
  readonly SubmitTime?: number;
}

/** One look at all. Throws what is neither an answer nor a refusal: then nothing can be said. */
export async function lookForMarks(nomad: NomadClient, settings: Settings): Promise<Look> {
  const unseen: Unseen[] = [];
  const seeing = async <T>(what: string, none: T, see: () => Promise<T>): Promise<T> => {
    try {
      return await see();
    } catch (error) {
      if (!(error instanceof SiroccoError) || error.code !== 'SIR-401') throw error;
      unseen.push({ what, message: error.message });
      return none;
    }
  };
  const namespaces = await seeing('namespaces', [settings.home], () => managedNamespaces(nomad, settings));
  const stubs = await eachOf(namespaces, async namespace =>
    (await seeing(`jobs of namespace ${namespace}`, [], () => listJobs(nomad, namespace))).map(stub => ({
      namespace,
      stub,
    })),
  );
  const all = stubs.flat();
  // Children of a template have no versions of their own.
  const own = all.filter(({ stub }) => (stub.ParentID ?? '') === '');
  const jobs = await eachOf(own, ({ namespace, stub: { ID: job } }) =>
    seeing(`job ${job} of namespace ${namespace}`, [], async () => {
      const [versions, scale] = [
        await nomad.call({ op: 'list-job-versions', namespace, job }).catch(goneIsNone),
        await jobScale(nomad, namespace, job),
      ];
      return [{ namespace, job, versions: versionsOf(versions), scalings: scalingsOf(scale) }];
    }),
  );
  const deployments = await eachOf(namespaces, namespace =>
    seeing(`deployments of namespace ${namespace}`, [], () => listDeployments(nomad, namespace)),
  );
  const region = await seeing('scheduler', undefined, () => readRegion(nomad, settings));
  return {
    jobs: jobs.flat(),
    nodes: await seeing('nodes', [], () => listNodes(nomad)),
    deployments: deployments.flat(),
    ...(region === undefined ? {} : { region }),
    agents: all.flatMap(({ namespace, stub }) => agentJob(namespace, stub)),
    unseen,
  };
}

async function listJobs(nomad: NomadClient, namespace: string): Promise<readonly Stub[]> {
  const request = { method: 'GET', path: '/v1/jobs', namespace, query: { meta: 'true' }, kind: 'job_list' } as const;
  const { body } = await nomad.ask(request);
  return (Array.isArray(body) ? body : []) as readonly Stub[];
}

/** A job that was purged between two reads leaves nothing. */
function goneIsNone(error: unknown): undefined {
  if (error instanceof SiroccoError && error.code === 'SIR-402' && /not found/.test(error.message)) return undefined;
  throw error;
}

async function jobScale(nomad: NomadClient, namespace: string, job: string): Promise<unknown> {
  const path = `/v1/job/${encodeURIComponent(job)}/scale`;
  try {
    return (await nomad.ask({ method: 'GET', path, namespace, kind: 'job_scale_status' })).body;
  } catch (error) {
    return goneIsNone(error);
  }
}

async function listDeployments(nomad: NomadClient, namespace: string): Promise<readonly SeenDeployment[]> {
  const { body } = await nomad.ask({ method: 'GET', path: '/v1/deployments', namespace, kind: 'deployment_list' });
  return items(body).flatMap(each => {
    const view = deploymentView(each, same);
    const modifyTime = amount(fields(each)?.['ModifyTime']);
    if (view === undefined) return [];
    return [
      modifyTime === undefined || modifyTime === 0 ? view : { ...view, modifyTime: Math.floor(modifyTime / 1e6) },
    ];
  });
}

/** Only of those that take nothing the events are read: a list has none. */
async function listNodes(nomad: NomadClient): Promise<readonly SeenNode[]> {
  const list = await nomad.listNodes();
  return (
    await eachOf(list, async stub => {
      const view = nodeView(stub, same);
      if (view === undefined) return [];
      const since = view.eligible ? undefined : nodeLostAt(await nomad.readNode(view.id));
      return [since === undefined ? view : { ...view, ineligibleSince: since }];
    })
  ).flat();
}

async function readRegion(nomad: NomadClient, { region = 'global' }: Settings): Promise<RegionView | undefined> {
  const from = fields(fields(await nomad.call({ op: 'read-scheduler' }))?.['SchedulerConfig']);
  if (from === undefined) return undefined;
  const modifyIndex = amount(from['ModifyIndex']) ?? 0;
  return { name: region, paused: from['PauseEvalBroker'] === true, configuration: from, modifyIndex };
}

function agentJob(namespace: string, { ID: job, Status, Meta, SubmitTime }: Stub): readonly AgentJob[] {
  const run = text(Meta?.['sirocco_run']);
  if (run === undefined || Status === 'dead') return [];
  return [{ namespace, job, run, ...(SubmitTime === undefined ? {} : { since: Math.floor(SubmitTime / 1e6) }) }];
}

const same = (each: string) => each;
