/** Reading many Variables, and knowing when an empty list is a denied one. */

import type { NomadClient } from '../nomad/client.ts';
import type { Variable, VariableMetadata } from '../nomad/types.ts';

/** Reads under way at once. */
const atOnce = 8;

/** `map` of each, at most eight at a time, answers in order. Rejects with the first error. */
export async function eachOf<T, R>(all: readonly T[], map: (each: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  let next = 0;
  const work = async () => {
    for (let i = next++; i < all.length; i = next++) answers[i] = await map(all[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, work));
  return answers;
}

/**
 * The paths under a prefix. A denied list is empty, so an empty one is proved by reading the marker's path: a
 * SiroccoError (SIR-401) where that is denied.
 */
async function listProved(nomad: NomadClient, namespace: string, prefix: string): Promise<readonly VariableMetadata[]> {
  const found = await nomad.listVariables(namespace, prefix);
  if (found.length === 0) await nomad.readVariable(namespace, `${prefix}_`);
  return found.filter(each => each.Path !== `${prefix}_`);
}

/** All Variables under a prefix, in order of their paths; those deleted meanwhile are left out. */
export async function readAll(nomad: NomadClient, namespace: string, prefix: string): Promise<readonly Variable[]> {
  const metas = await listProved(nomad, namespace, prefix);
  const all = await eachOf(metas, meta => nomad.readVariable(namespace, meta.Path));
  return all.filter(each => each !== undefined).sort((a, b) => (a.Path < b.Path ? -1 : 1));
}
