/** What lies in Nomad: limits, the lock, halts, markers, runs that are not over. */

import { SiroccoError } from '../../base/errors.ts';
import { parseLimits } from '../../safety/limits.ts';
import { explain } from '../../spec/explain.ts';
import { haltWords, readHalt } from '../halts.ts';
import { isLockHeld, leaderWords, readLeader } from '../leader.ts';
import { isOpen, owed, readRuns, type StoredRun } from '../runs/records.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './check.ts';

/** Looks, and makes a finding of what Nomad refuses. */
function looking(what: string, look: (patient: Patient) => Promise<readonly Finding[]>): Check {
  return async patient => {
    try {
      return await look(patient);
    } catch (error) {
      if (!(error instanceof SiroccoError)) throw error;
      return [warn(what, `can't be read with this token: ${error.message}`)];
    }
  };
}

export const checkLimits = looking('limits', async ({ nomad, settings: { home, prefix } }) => {
  const variable = await nomad.readVariable(home, `${prefix}/control/limits`);
  if (variable === undefined) return [ok('limits', 'none are set: the defaults hold')];
  const parsed = parseLimits(variable.Items ?? {});
  if (parsed.ok) return [ok('limits', `valid: ${Object.keys(variable.Items ?? {}).join(', ') || 'none'}`)];
  const fix = `mend ${prefix}/control/limits in namespace ${home}: until then no run starts`;
  return parsed.problems.map(problem => fail('broken', 'limits', explain(problem), fix));
});

export const checkLock = looking('lock', async ({ nomad, settings, cli }) => {
  const leader = await readLeader(nomad, settings);
  if (leader === undefined) return [warn('lock', leaderWords(leader), 'start one: sirocco controller')];
  const held = leader.held ?? (await isLockHeld(nomad, settings));
  const minutes = Math.round((cli.clock.wall() - leader.since) / 60_000);
  if (held === true) return [ok('lock', `held by ${leaderWords(leader)}, for ${minutes} min`)];
  if (held === undefined)
    return [warn('lock', `last taken by ${leaderWords(leader)}; whether it is held can't be seen with this token`)];
  return [
    warn(
      'lock',
      `nobody holds it; the last was ${leaderWords(leader)}`,
      'start a controller: nothing runs, and nothing is undone',
    ),
  ];
});

export const checkHalts = looking('halt', async ({ nomad, settings: { home, prefix }, namespaces, cli }) => {
  const findings: Finding[] = [];
  for (const namespace of namespaces) {
    const halt = await readHalt(nomad, prefix, namespace, cli.clock.wall());
    if (halt === undefined) continue;
    const where = namespace === home ? 'all namespaces' : `namespace ${namespace}`;
    const lift = `sirocco resume${namespace === home ? '' : ` --namespace ${namespace}`}`;
    if (halt.until !== '' && halt.ends === undefined)
      findings.push(
        warn('halt', `${where}: until \`${halt.until}\` can't be read, so it does not end by itself`, lift),
      );
    findings.push(
      halt.inForce
        ? warn('halt', `${where}: halted ${haltWords(halt)}`, lift)
        : ok('halt', `${where}: one is past, ${haltWords(halt)}`),
    );
  }
  return findings.length === 0 ? [ok('halt', 'none')] : findings;
});

/** A controller writes the markers; without them it must poll, and can't tell denied from empty. */
export const checkMarkers = looking('markers', async ({ nomad, settings: { prefix }, namespaces }) => {
  const findings: Finding[] = [];
  for (const namespace of namespaces) {
    for (const kind of ['schedule', 'control', 'requests', 'experiments']) {
      const path = `${prefix}/${kind}/_`;
      const marker = await nomad.readVariable(namespace, path);
      const what = `${namespace}: ${path}`;
      if (marker === undefined)
        findings.push(warn(what, 'the marker is missing', 'a controller that acts there writes it'));
      else if (marker.Items?.['v'] !== '1')
        findings.push(warn(what, `a marker of another release: v is ${marker.Items?.['v'] ?? 'missing'}`));
    }
  }
  return findings.length === 0 ? [ok('markers', 'all there')] : findings;
});

export const checkResidue = looking('runs', async ({ nomad, settings }) => {
  const open = (await readRuns(nomad, settings)).filter(each => isOpen(each) || owed(each) > 0);
  if (open.length === 0) return [ok('runs', 'none is open')];
  return open.map(finding);
});

function finding(run: StoredRun): Finding {
  const fix = `sirocco runs ${run.id} shows it; sirocco undo ${run.id} undoes it without a controller`;
  const { record } = run;
  if (record.kind === 'undo-only') return fail('stuck', 'runs', `${run.id} can't be read: ${record.why}`, fix);
  const { state, run: body } = record.standing;
  if (body.stuck !== undefined)
    return fail('stuck', 'runs', `${run.id} is stuck in ${state}: ${body.stuck.reason}`, fix);
  const owes = owed(run);
  return warn('runs', `${run.id} is ${state}${owes > 0 ? `, ${owes} to undo` : ''}`, owes > 0 ? fix : undefined);
}
