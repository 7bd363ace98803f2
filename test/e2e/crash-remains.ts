/** What a run has left, by every account: the full listing, the record's own words, and `doctor --residue`. */

import { until } from '../support/until.ts';
import { sirocco } from './command-line.ts';
import type { CrashFault } from './crash-cases.ts';
import { job, type Stage } from './crash-stage.ts';
import { differences, type Listing, listingOf } from './listing.ts';
import type { Place } from './place.ts';
import { restartAll } from './services.ts';

export interface Meant {
  readonly before: Listing;
  readonly toBe: Listing;
}

/** What is not as it is to be, in words; waits a while for what Nomad itself still has to do. */
export async function remainsOf(fault: CrashFault, stage: Stage, { before, toBe }: Meant): Promise<readonly string[]> {
  const words = [...(await unlike(stage, toBe))];
  for (const [run, { undo = '' }] of await stage.place.records())
    if (/"state":"(?:pending|unreachable)"/.test(undo)) words.push(`${run} owes an undo: ${undo}`);
  words.push(...(await residueIn(stage.place, fault.hits === 'region')));
  if (fault.fault !== 'service-deregister') return words;
  // The line by hand of what only a restart brings back.
  await restartAll(stage.place, job);
  return [...words, ...(await unlike(stage, before))];
}

async function unlike({ place, node }: Stage, toBe: Listing): Promise<readonly string[]> {
  let found: readonly string[] = [];
  await until(
    'all to be as before',
    async () => {
      found = differences(toBe, await listingOf(place, node));
      return found.length === 0;
    },
    { within: 150_000, every: 1_000 },
  ).catch(error => {
    if (found.length === 0) found = [String(error)];
  });
  return found;
}

interface Report {
  readonly residue: readonly { readonly what: string; readonly where: string; readonly run?: string }[];
  readonly in_force: Report['residue'];
  readonly not_looked_at: readonly object[];
}

/** What `sirocco doctor --residue` tells, of the runs of a home alone or of `all`: it sees the marks of others on nodes too. */
export async function residueIn(
  { namespace, cluster, nomad }: Place,
  all: boolean,
  managed: readonly string[] = [namespace],
): Promise<readonly string[]> {
  const own = ['--home', namespace, '--namespaces', managed.join(',')];
  const env = { NOMAD_ADDR: nomad.address, NOMAD_TOKEN: cluster.managementToken };
  const { code, out, err } = await sirocco(['doctor', '--residue', '--output', 'json', ...own], env);
  if (code !== 0 && code !== 6) return [`doctor ended with ${code}: ${err}`];
  const { residue, in_force: held, not_looked_at: unseen } = JSON.parse(out) as Report;
  const mine = [...residue, ...held].filter(
    ({ run, where }) => all || run?.startsWith(`${namespace}_`) === true || where.endsWith(`namespace ${namespace}`),
  );
  return [...mine, ...unseen].map(each => `doctor tells of ${JSON.stringify(each)}`);
}
