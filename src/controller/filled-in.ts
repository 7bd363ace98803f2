/** What `{{ }}` in the question of a probe stands for at this moment. */

import type { NetCall } from '../probes/probe.ts';
import { placeholdersOf } from '../spec/placeholders.ts';
import { parseSecretName } from '../spec/secret-names.ts';
import { parseServiceName } from '../spec/service-names.ts';
import type { RunEntry } from './run-entry.ts';
import { doubtSecret, secretValue } from './secrets.ts';
import { serviceAddress } from './services.ts';
import type { Core } from './state.ts';

/** Values by placeholder, or why one of them is missing, in words; `waiting`: the run is looked at again once it is read. */
export type Values = 'waiting' | { readonly why: string } | ReadonlyMap<string, string>;

/** The values of a call's placeholders for a run. `turn`: which of a service's instances is meant, counted on and on. */
export function valuesOf(core: Core, entry: RunEntry, call: NetCall, turn: number): Values {
  const values = new Map<string, string>();
  let isWaiting = false;
  for (const placeholder of placeholdersOf(call)) {
    const found = valueFor(core, entry, placeholder, turn);
    if (found === 'waiting') isWaiting = true;
    else if (found.ok) values.set(placeholder, found.value);
    else return { why: found.why };
  }
  return isWaiting ? 'waiting' : values;
}

function valueFor(core: Core, entry: RunEntry, placeholder: string, turn: number) {
  const secret = parseSecretName(placeholder);
  if (secret !== undefined) return secretValue(core, entry, secret);
  const service = parseServiceName(placeholder);
  if (service !== undefined) return serviceAddress(core, entry, service, turn);
  return { ok: false, why: `there is no value for {{ ${placeholder} }}` } as const;
}

/** Of values those that are secrets. */
export function secretsIn(values: ReadonlyMap<string, string>): readonly string[] {
  return [...values].flatMap(([placeholder, value]) => (parseSecretName(placeholder) === undefined ? [] : [value]));
}

/** Whoever was asked did not accept the secrets that it was asked with. */
export function doubtSecrets(core: Core, entry: RunEntry, values: ReadonlyMap<string, string>): void {
  for (const placeholder of values.keys()) {
    const secret = parseSecretName(placeholder);
    if (secret !== undefined) doubtSecret(core, entry, secret);
  }
}

/** Forgets what no open run asks for any more. */
export function dropUnasked({ runs, secrets, services }: Core): void {
  for (const held of [secrets, services]) {
    for (const [key, { users }] of held) {
      for (const id of users) if (!runs.has(id)) users.delete(id);
      if (users.size === 0) held.delete(key);
    }
  }
}
