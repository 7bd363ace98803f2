/** The lock that makes a leader, as far as others can see it. */

import type { NomadClient } from '../nomad/client.ts';
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

/**
 * Whether the lock is held now, found out by a write that can't succeed: an index that no Variable has. A locked one is
 * answered blank. `undefined`: the token may not write there, or nobody ever took it.
 */
export async function isLockHeld(nomad: NomadClient, { home, prefix }: Settings): Promise<boolean | undefined> {
  const path = leaderPath(prefix);
  const outcome = await nomad.send({
    method: 'PUT',
    path: `/v1/var/${path}`,
    namespace: home,
    query: { cas: '1' },
    body: { Namespace: home, Path: path, Items: { probe: 'never written' } },
    kind: 'variable_write',
    accept: [409],
    repeatable: true,
  });
  if (outcome.kind !== 'ok' || outcome.response.status !== 409) return undefined;
  const index = (outcome.response.body as { readonly ModifyIndex?: unknown } | null)?.ModifyIndex;
  return typeof index === 'number' ? index === 0 : undefined;
}

/** The leader in words. */
export function leaderWords(leader: Leader | undefined): string {
  if (leader === undefined) return 'none yet: no controller has run in this home';
  const who = leader.holder === '' ? 'somebody' : leader.holder;
  const sure = leader.held === true ? ', holds the lock' : '';
  return `${who}, since ${timeText(leader.since)} (term ${leader.term})${sure}`;
}
