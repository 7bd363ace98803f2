/** Halts as people ask about them. */

import { parseTime } from '../base/time.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { Variable } from '../nomad/types.ts';

/** A halt that exists. */
export interface Halt {
  readonly namespace: string;
  readonly reason: string;
  readonly by: string;
  /** As written. */
  readonly until: string;
  /** Not past; what can't be read as a time is in force. */
  readonly inForce: boolean;
  /** Milliseconds since the epoch; absent: until somebody deletes it. */
  readonly ends?: number;
  readonly index: number;
}

/** Where the halt of a namespace is. */
export function haltPath(prefix: string): string {
  return `${prefix}/control/halt`;
}

/** The halt of a namespace, in force or past; undefined when there is none. */
export async function readHalt(
  nomad: NomadClient,
  prefix: string,
  namespace: string,
  now: number,
): Promise<Halt | undefined> {
  const variable = await nomad.readVariable(namespace, haltPath(prefix));
  return variable === undefined ? undefined : haltOf(variable, now);
}

/** The halt that a Variable is. */
function haltOf({ Namespace, Items, ModifyIndex }: Variable, now: number): Halt {
  const ends = parseTime(Items?.['until'] ?? '');
  return {
    namespace: Namespace,
    reason: Items?.['reason'] ?? '',
    by: Items?.['by'] ?? '',
    until: Items?.['until'] ?? '',
    inForce: ends === undefined || ends > now,
    ...(ends === undefined ? {} : { ends }),
    index: ModifyIndex,
  };
}

/** A halt in words: `by ana until 2026-11-24T12:00:00Z: deploy`. */
export function haltWords({ by, until, reason, ends }: Halt): string {
  const who = by === '' ? [] : [`by ${by}`];
  const when = ends === undefined ? 'until it is lifted' : `until ${until}`;
  return `${[...who, when].join(' ')}${reason === '' ? ', no reason given' : `: ${reason}`}`;
}
