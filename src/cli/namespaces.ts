/** Which namespaces a command is about. */

import { SiroccoError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { Settings } from './settings.ts';

/** The managed namespaces and home, home first: those that were named, or those that the token can list. */
export async function managedNamespaces(nomad: NomadClient, settings: Settings): Promise<readonly string[]> {
  const managed = settings.namespaces ?? (await listed(nomad));
  return [...new Set([settings.home, ...managed])];
}

/** The one that `--namespace` names, or all: the managed ones and home. */
export async function askedNamespaces(nomad: NomadClient, settings: Settings): Promise<readonly string[]> {
  const { givenNamespace } = settings;
  return givenNamespace === undefined || givenNamespace === '*' ? managedNamespaces(nomad, settings) : [givenNamespace];
}

/** A SiroccoError (SIR-401) where none is listed: a token without any right in a namespace sees none. */
async function listed(nomad: NomadClient): Promise<readonly string[]> {
  const names = await nomad.listNamespaces();
  if (names.length > 0) return [...names].sort();
  throw new SiroccoError({
    code: 'SIR-401',
    message: 'the token can list no namespace: it is missing, unknown, or has no right in any',
    key: 'NOMAD_TOKEN',
    allowed: 'a token with rights in at least one namespace, or names in --namespaces',
  });
}

/**
 * Nomad takes Variables of namespaces that there are not, and such a halt would halt nothing. A SiroccoError (SIR-104)
 * where Nomad says that there is none; a token that may not ask is let through.
 */
export async function assertNamespace(nomad: NomadClient, name: string, key: string): Promise<void> {
  const path = `/v1/namespace/${encodeURIComponent(name)}`;
  const outcome = await nomad.send({ method: 'GET', path, kind: 'namespace_read' });
  if (outcome.kind !== 'refused' || outcome.reason !== 'not-found') return;
  const names = await nomad.listNamespaces();
  const near = nearest(name, names);
  throw new SiroccoError({
    code: 'SIR-104',
    key,
    message: `${key}: there is no namespace ${name}`,
    found: name,
    allowed: names.join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}
