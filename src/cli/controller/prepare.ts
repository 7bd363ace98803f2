/** What a controller must know of its place before it begins: its namespaces, its region, its own job. */

import { SiroccoError } from '../../base/errors.ts';
import type { ControllerConfig } from '../../controller/types.ts';
import type { Allocation } from '../../nomad/types.ts';
import type { Log } from '../../world/types.ts';
import type { Cli } from '../cli.ts';
import { managedNamespaces } from '../namespaces.ts';

const retryMs = 2_000;
/** A Nomad that stays away is told about this often. */
const tellEveryMs = 60_000;

/** Stands in for what is needed when it was told to end first. */
export const ended = Symbol('ended');

/**
 * The settings of one controller. Nomad may be away when it starts: it is asked again until it answers, or until `stop`
 * resolves, which answers `ended`. A SiroccoError for what no waiting mends.
 */
export async function prepare(
  cli: Cli,
  name: string,
  log: Log,
  stop: Promise<unknown>,
): Promise<ControllerConfig | typeof ended> {
  const settings = cli.settings();
  const nomad = cli.nomad();
  const found = await persistently(cli, log, stop, async () => {
    const namespaces = await managedNamespaces(nomad, settings);
    const self = await ownPlace(cli);
    const region = settings.region ?? (await nomad.regions())[0] ?? '';
    return { namespaces, region, ...(self === undefined ? {} : { self }) };
  });
  return found === ended ? ended : { home: settings.home, prefix: settings.prefix, name, ...found };
}

async function persistently<T>(
  cli: Cli,
  log: Log,
  stop: Promise<unknown>,
  attempt: () => Promise<T>,
): Promise<T | typeof ended> {
  let toldAt = Number.NEGATIVE_INFINITY;
  const stopped = stop.then(() => ended);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SiroccoError) || !['SIR-400', 'SIR-401', 'SIR-402'].includes(error.code)) throw error;
      if (cli.clock.mono() - toldAt >= tellEveryMs) {
        toldAt = cli.clock.mono();
        log.warn({ code: error.code, hint: error.hint }, `not started yet: ${error.message}`);
      }
    }
    let cancel = () => {};
    const later = new Promise<undefined>(resolve => {
      cancel = cli.clock.after(retryMs, () => resolve(undefined));
    });
    const woken = await Promise.race([later, stopped]);
    cancel();
    if (woken === ended) return ended;
  }
}

/** Our own job, allocation and node, where we run in Nomad: its variables name all but the node. */
async function ownPlace(cli: Cli): Promise<ControllerConfig['self']> {
  const { NOMAD_ALLOC_ID: alloc, NOMAD_JOB_ID: job, NOMAD_NAMESPACE: namespace } = cli.env;
  if (alloc === undefined || job === undefined || namespace === undefined) return undefined;
  const path = `/v1/allocation/${encodeURIComponent(alloc)}`;
  const { body } = await cli.nomad().ask({ method: 'GET', path, namespace, kind: 'allocation_read' });
  return { namespace, job, alloc, node: (body as Allocation).NodeID };
}

/** The name of this instance: as given, else after its allocation, else after its machine and process. */
export function instanceName(given: string | undefined, env: Cli['env'], host: string, pid: number): string {
  if (given !== undefined && given !== '') return given;
  const { NOMAD_ALLOC_ID: alloc, NOMAD_JOB_NAME: job = 'sirocco' } = env;
  return alloc === undefined || alloc === '' ? `${host}-${pid}` : `${job}-${alloc.slice(0, 8)}`;
}
