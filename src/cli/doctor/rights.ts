/** Every right that the controller needs, proved by a read, or by a write that changes nothing. */

import { SiroccoError } from '../../base/errors.ts';
import type { NamespaceNeeds, PathNeed, ScopeNeed } from '../policy/needs.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './check.ts';
import { type Proof, proofOf, proofOfScope } from './proofs.ts';

const policyFix = 'sirocco policy prints the policy that the controller needs';

/** Rights in one namespace. */
export function checkNamespace(needs: NamespaceNeeds): Check {
  return async patient => {
    const findings: Finding[] = [];
    for (const { word } of needs.capabilities) findings.push(await capability(patient, needs.namespace, word));
    for (const path of needs.paths) findings.push(await variables(patient, needs.namespace, path));
    return findings;
  };
}

async function capability(patient: Patient, namespace: string, word: string): Promise<Finding> {
  return judged(`${namespace}: ${word}`, await proofOf(patient, namespace, word));
}

/** Nomad's answer to all but management while registrations are turned off. It is no word on the right. */
const turnedOff = /\bJob registration, dispatch, and scale are disabled\b/;

/** Denied, granted, or not proved: an answer that is not known says nothing of the right. */
function judged(what: string, proof: Proof): Finding {
  if ('why' in proof) return warn(what, `not proved: ${proof.why}`);
  const { outcome, granted } = proof;
  if (outcome.kind === 'ok' || granted?.test(outcome.message)) return ok(what, 'granted');
  const isDenied = outcome.kind === 'refused' && outcome.reason === 'denied' && !turnedOff.test(outcome.message);
  return isDenied ? fail('denied', what, 'missing', policyFix) : warn(what, `not proved: ${outcome.message}`);
}

async function variables(patient: Patient, namespace: string, { path, capabilities }: PathNeed): Promise<Finding> {
  const what = `${namespace}: ${path}`;
  const probed = path.endsWith('*') ? `${path.slice(0, -1)}sirocco-doctor` : path;
  const missing: string[] = [];
  try {
    await patient.nomad.readVariable(namespace, probed);
  } catch (error) {
    if (!(error instanceof SiroccoError) || error.code !== 'SIR-401')
      return warn(what, `not proved: ${wordsOf(error)}`);
    missing.push('read');
  }
  if (capabilities.includes('write') && (await isWriteDenied(patient, namespace, probed))) missing.push('write');
  if (capabilities.includes('destroy') && (await isDestroyDenied(patient, namespace, probed))) missing.push('destroy');
  if (missing.length > 0) return fail('denied', what, `missing: ${missing.join(', ')}`, policyFix);
  const list =
    capabilities.includes('list') && path.endsWith('/*') ? await listed(patient, namespace, path) : undefined;
  return list ?? ok(what, capabilities.join(', '));
}

/** By a write on an index that no Variable has: refused as a conflict where the right is there. */
async function isWriteDenied({ nomad }: Patient, namespace: string, path: string): Promise<boolean> {
  const outcome = await nomad.send({
    method: 'PUT',
    path: `/v1/var/${path}`,
    namespace,
    query: { cas: '1' },
    body: { Namespace: namespace, Path: path, Items: { probe: 'never written' } },
    kind: 'variable_write',
    accept: [409],
    repeatable: true,
  });
  return outcome.kind === 'refused' && outcome.reason === 'denied';
}

/** By a deletion of what nobody has, on an index that no Variable has. */
async function isDestroyDenied({ nomad }: Patient, namespace: string, path: string): Promise<boolean> {
  const outcome = await nomad.send({
    method: 'DELETE',
    path: `/v1/var/${path}`,
    namespace,
    query: { cas: '1' },
    kind: 'variable_delete',
    accept: [409],
    repeatable: true,
  });
  return outcome.kind === 'refused' && outcome.reason === 'denied';
}

/** A denied list is empty: only a Variable that can be read and is not in the list gives it away. */
async function listed({ nomad }: Patient, namespace: string, path: string): Promise<Finding | undefined> {
  const what = `${namespace}: ${path}`;
  const prefix = path.slice(0, -1);
  const found = await nomad.listVariables(namespace, prefix);
  if (found.length > 0) return undefined;
  const marker = await nomad.readVariable(namespace, `${prefix}_`);
  if (marker !== undefined) return fail('denied', what, 'missing: list', policyFix);
  return undefined;
}

/** Rights that no namespace bounds. */
export function checkScope(need: ScopeNeed): Check {
  return async patient => [judged(`${need.scope} ${need.policy}`, await proofOfScope(patient, need))];
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
