/** `{{ secret.NAME.KEY }}`: the item `KEY` of the Variable `<prefix>/secrets/NAME`, in the namespace of the spec. */

import { shortestMasked } from '../base/masking.ts';
import { nearest } from '../base/nearest.ts';

export interface SecretName {
  readonly name: string;
  readonly key: string;
}

/** Whether a placeholder means a secret, rightly written or not. */
export function meansSecret(placeholder: string): boolean {
  return placeholder === 'secret' || placeholder.startsWith('secret.');
}

/** The secret that a placeholder means; undefined: it means none, or is not rightly written. */
export function parseSecretName(placeholder: string): SecretName | undefined {
  const [, name, key] = /^secret\.([A-Za-z0-9_-]{1,64})\.([\w.-]+)$/.exec(placeholder) ?? [];
  return name === undefined || key === undefined || name === '_' ? undefined : { name, key };
}

/** The path of the Variable that holds it. */
export function secretPath(prefix: string, { name }: Pick<SecretName, 'name'>): string {
  return `${prefix}/secrets/${name}`;
}

/** The value of a placeholder, or why there is none. */
export type FoundValue = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly why: string };

/**
 * The value among the items of its Variable, or why there is none that may be used, with the keys that are there and
 * never a value. A short one could not be kept out of logs and records without taking ordinary words with it.
 */
export function secretIn(items: Readonly<Record<string, string>>, path: string, { key }: SecretName): FoundValue {
  const value = Object.hasOwn(items, key) ? items[key] : undefined;
  if (value === undefined) {
    const keys = Object.keys(items).sort();
    const near = nearest(key, keys);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return { ok: false, why: `${path} has no key ${key}${hint} (its keys: ${keys.join(', ') || 'none'})` };
  }
  if (value.length >= shortestMasked) return { ok: true, value };
  const why = `the value of ${key} in ${path} has fewer than ${shortestMasked} characters: it could not be kept secret`;
  return { ok: false, why };
}
