/** Whether Nomad answers, which one it is, who asks it, and whether its clock agrees with ours. */

import { formatDuration } from '../../base/duration.ts';
import { SiroccoError } from '../../base/errors.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { Cli } from '../cli.ts';
import { lacks, leastVersion, readVersion } from '../nomad-version.ts';
import { type Finding, fail, ok, warn } from './check.ts';

/** Whether it answers at all; with a `fail` first nothing else can be looked at. */
export async function checkConnection(nomad: NomadClient): Promise<readonly Finding[]> {
  try {
    const leader = await nomad.leader();
    if (leader === '')
      return [
        fail(
          'unreachable',
          'Nomad',
          'it answers, and has no leader',
          'wait for an election, or look after its servers',
        ),
      ];
    return [ok('Nomad', `it answers; leader ${leader}`)];
  } catch (error) {
    if (!(error instanceof SiroccoError)) throw error;
    return [fail('unreachable', 'Nomad', error.message, error.hint)];
  }
}

/** The version, by whichever way this token may learn it. */
export async function checkVersion(nomad: NomadClient): Promise<readonly Finding[]> {
  const what = 'version';
  const text = await versionText(nomad);
  if (text === undefined)
    return [
      warn(what, 'this token may not see it', 'it takes agent read or node read; Nomad 1.10 and later are meant'),
    ];
  const version = readVersion(text);
  if (version === undefined) return [warn(what, `\`${text}\` is no version that can be read`)];
  const missing = lacks(version);
  if (missing === undefined) return [ok(what, version.text)];
  const fix = `use Nomad ${leastVersion} or later`;
  if (version.major === 1 && version.minor < 7) return [fail('broken', what, `${version.text}: ${missing}`, fix)];
  return [warn(what, `${version.text}: ${missing}`, fix)];
}

async function versionText(nomad: NomadClient): Promise<string | undefined> {
  const self = await nomad.send({ method: 'GET', path: '/v1/agent/self', kind: 'agent_self' });
  if (self.kind === 'ok') {
    const found = (await nomad.agentSelf()).version;
    if (found !== '') return found;
  }
  const nodes = await nomad.send({ method: 'GET', path: '/v1/nodes', query: { per_page: '1' }, kind: 'node_list' });
  const [first] =
    nodes.kind === 'ok' && Array.isArray(nodes.response.body) ? (nodes.response.body as readonly unknown[]) : [];
  const version = (first as { readonly Version?: unknown } | undefined)?.Version;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

/** Whose rights are looked at. */
export async function checkToken(nomad: NomadClient, cli: Cli): Promise<readonly Finding[]> {
  const what = 'token';
  const outcome = await nomad.send({ method: 'GET', path: '/v1/acl/token/self', kind: 'token_self' });
  if (outcome.kind === 'ok') {
    const { Name, Type, ExpirationTime } = outcome.response.body as Readonly<Record<string, unknown>>;
    const name = `${typeof Name === 'string' && Name !== '' ? Name : 'without a name'} (${String(Type ?? 'client')})`;
    const findings = [ok(what, name)];
    const expires = typeof ExpirationTime === 'string' ? Date.parse(ExpirationTime) : Number.NaN;
    if (expires - cli.clock.wall() < 24 * 3_600_000)
      findings.push(
        warn(
          what,
          `it ends at ${String(ExpirationTime)}`,
          'the controller wants a workload identity, which is renewed',
        ),
      );
    if (Type === 'management')
      findings.push(
        warn(
          what,
          'a management token has every right: these findings say nothing of the controller',
          "use the controller's own token to prove its rights",
        ),
      );
    return findings;
  }
  if (/ACL support disabled/i.test(outcome.message))
    return [warn(what, 'Nomad has ACLs off: whoever reaches it commands the controller', 'turn ACLs on')];
  // That is what a workload identity hears: it is no token of the ACL system.
  if (outcome.kind === 'refused' && outcome.reason === 'not-found') return [ok(what, 'a workload identity')];
  return [
    fail(
      'denied',
      what,
      `Nomad does not know it: ${outcome.message}`,
      'set NOMAD_TOKEN, or run it where a workload identity is given',
    ),
  ];
}

/** Past this schedules start visibly early or late. */
const skewMs = 2_000;

/** Our clock against the one in Nomad's answer, which has whole seconds. */
export async function checkClock(nomad: NomadClient, cli: Cli): Promise<readonly Finding[]> {
  const what = 'clock';
  const sent = cli.clock.wall();
  const outcome = await nomad.send({ method: 'GET', path: '/v1/status/leader', kind: 'status_leader' });
  const got = cli.clock.wall();
  const theirs = outcome.kind === 'ok' ? outcome.response.date : undefined;
  if (theirs === undefined) return [warn(what, 'Nomad did not say what time it has')];
  // Whole seconds, cut off: the instant lies somewhere in the second that was named.
  const skew = theirs + 500 - (sent + got) / 2;
  const words = `${formatDuration(Math.abs(skew))} ${skew > 0 ? 'behind' : 'ahead of'} Nomad's`;
  if (Math.abs(skew) <= skewMs) return [ok(what, 'it agrees with that of Nomad')];
  return [
    warn(
      what,
      `the clock of this machine is ${words}`,
      'set both by NTP: schedules follow the clock of the controller',
    ),
  ];
}
