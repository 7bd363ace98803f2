/** Every right that the controller needs, proved by a read, or by a write that can't succeed. */

import { SiroccoError } from '../../base/errors.ts';
import type { Allocation, NomadRequest, Outcome } from '../../nomad/types.ts';
import type { NamespaceNeeds, PathNeed, ScopeNeed } from '../policy/needs.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './check.ts';

const policyFix = 'sirocco policy prints the policy that the controller needs';

/** An id that nothing has. */
const nobody = '00000000-0000-4000-8000-000000000000';

/** Rights in one namespace. */
export function checkNamespace(needs: NamespaceNeeds): Check {
  return async patient => {
    const findings: Finding[] = [];
    for (const { word } of needs.capabilities) findings.push(await capability(patient, needs.namespace, word));
    for (const path of needs.paths) findings.push(await variables(patient, needs.namespace, path));
    return findings;
  };
}

/** What is asked to prove a capability; undefined: nothing is harmless enough. */
async function probeOf(patient: Patient, namespace: string, word: string): Promise<NomadRequest | undefined> {
  switch (word) {
    case 'read-job':
      return { method: 'GET', path: '/v1/job/sirocco-doctor-looks-for-nothing', namespace, kind: 'job_read' };
    case 'list-jobs':
      return { method: 'GET', path: '/v1/jobs', query: { per_page: '1' }, namespace, kind: 'job_list' };
    case 'alloc-lifecycle': {
      const alloc = await anyAllocation(patient, namespace);
      if (alloc === undefined) return undefined;
      // A task that is not there: refused before anything is done, and denied before that.
      const body = { Signal: 'SIGCONT', Task: 'sirocco-doctor-looks-for-nothing' };
      return { method: 'PUT', path: `/v1/client/allocation/${alloc}/signal`, namespace, body, kind: 'alloc_signal' };
    }
    default:
      return undefined;
  }
}

async function anyAllocation({ nomad }: Patient, namespace: string): Promise<string | undefined> {
  const query = { task_states: 'false', filter: 'ClientStatus == "running"', per_page: '1' };
  const outcome = await nomad.send({
    method: 'GET',
    path: '/v1/allocations',
    query,
    namespace,
    kind: 'allocation_list',
  });
  if (outcome.kind !== 'ok' || !Array.isArray(outcome.response.body)) return undefined;
  return (outcome.response.body as readonly Allocation[])[0]?.ID;
}

async function capability(patient: Patient, namespace: string, word: string): Promise<Finding> {
  const what = `${namespace}: ${word}`;
  const request = await probeOf(patient, namespace, word);
  if (request === undefined) {
    const why = word === 'alloc-lifecycle' ? 'no allocation runs there to ask about' : 'nothing harmless proves it';
    return warn(what, `not proved: ${why}`);
  }
  return judged(what, await patient.nomad.send(request));
}

/** Denied or not: any other refusal was said by somebody who had looked at the right first. */
function judged(what: string, outcome: Outcome): Finding {
  if (outcome.kind === 'ok') return ok(what, 'granted');
  if (outcome.kind === 'refused' && outcome.reason === 'denied') return fail('denied', what, 'missing', policyFix);
  if (outcome.status === 0) return warn(what, `not proved: ${outcome.message}`);
  return ok(what, 'granted');
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
export function checkScope({ scope, policy, why }: ScopeNeed): Check {
  return async ({ nomad }) => {
    const what = `${scope} ${policy}`;
    if (scope !== 'node') return [warn(what, `not proved: nothing harmless proves it (for ${why})`)];
    const request: NomadRequest =
      policy === 'read'
        ? { method: 'GET', path: '/v1/nodes', query: { per_page: '1' }, kind: 'node_list' }
        : {
            method: 'POST',
            path: `/v1/node/${nobody}/eligibility`,
            body: { Eligibility: 'eligible' },
            kind: 'node_eligibility',
          };
    return [judged(what, await nomad.send(request))];
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
