/** The lock that makes a leader, as far as others can see it. */

import type { NomadClient } from '../nomad/client.ts';
import { requestOf } from '../nomad/requests.ts';
import type { Settings } from './settings.ts';
import { timeText } from './times.ts';

export interface Leader {
  /** Who took the lock last. */
  readonly holder: string;
  /** ModifyIndex of the last taking. */
  readonly term: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Nomad shows a lock to management tokens only. */
  readonly held?: true;
}

/** Where the lock is. */
export function leaderPath(prefix: string): string {
  return `${prefix}/control/leader`;
}

/** Who took the lock last; undefined when nobody ever did. */
export async function readLeader(nomad: NomadClient, { home, prefix }: Settings): Promise<Leader | undefined> {
  const variable = await nomad.readVariable(home, leaderPath(prefix));
  if (variable === undefined) return undefined;
  const { Items, ModifyIndex, ModifyTime, Lock } = variable;
  return {
    holder: Items?.['holder'] ?? '',
    term: ModifyIndex,
    since: Math.floor(ModifyTime / 1e6),
    ...((Lock?.ID ?? '') === '' ? {} : { held: true }),
  };
}

/** An id that no lock has. */
const nobody = '00000000-0000-4000-8000-000000000000';

/**
 * Whether the lock is held now, found out by renewing one that nobody has: Nomad refuses it in other words where there
 * is no lock, and changes nothing. `undefined`: the token may not write there, or nobody ever took it.
 */
export async function isLockHeld(nomad: NomadClient, { home, prefix }: Settings): Promise<boolean | undefined> {
  const request = requestOf({ op: 'lock-renew', namespace: home, path: leaderPath(prefix), lock: nobody });
  const outcome = await nomad.send({ ...request, accept: [409] });
  if (outcome.kind !== 'ok' || outcome.response.status !== 409) return undefined;
  const words = String(outcome.response.body);
  if (/\bdoesn't hold a lock\b/.test(words)) return false;
  return /\blocked variable\b/.test(words) ? true : undefined;
}

/** The leader in words. */
export function leaderWords(leader: Leader | undefined): string {
  if (leader === undefined) return 'none yet: no controller has run in this home';
  const who = leader.holder === '' ? 'somebody' : leader.holder;
  const sure = leader.held === true ? ', holds the lock' : '';
  return `${who}, since ${timeText(leader.since)} (term ${leader.term})${sure}`;
}
