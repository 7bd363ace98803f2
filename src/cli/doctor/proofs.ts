/**
 * For each right a call that tells allowed from denied and changes nothing: it is about what nobody has, and would be
 * refused even if somebody had it, or as good as. Where there is a choice it is the very call that a fault makes.
 */

import type { Call } from '../../lifecycle/effects.ts';
import { requestOf } from '../../nomad/requests.ts';
import type { NomadRequest, Outcome } from '../../nomad/types.ts';
import type { ScopeNeed } from '../policy/needs.ts';
import type { Patient } from './check.ts';

/** What Nomad said, or why there was nothing to ask. */
export type Proof =
  | {
      readonly outcome: Outcome;
      /** Beside a success: words of a refusal that Nomad says only to those who have the right. */
      readonly granted?: RegExp;
    }
  | { readonly why: string };

/** Of a capability in a namespace, by its word; a word that is not known here is not proved. */
export async function proofOf(patient: Patient, namespace: string, word: string): Promise<Proof> {
  const prove = Object.hasOwn(proofs, word) ? proofs[word] : undefined;
  return prove === undefined ? { why: 'nothing harmless proves it' } : prove(patient, namespace);
}

/** An id and a name that nothing has. */
const nobody = '00000000-0000-4000-8000-000000000000';
const nothing = 'sirocco-doctor-looks-for-nothing';

/** Only ever sent for an index that no job has. If it were registered all the same, nothing of it would ever run. */
const idle = (namespace: string) => ({
  ID: nothing,
  Name: nothing,
  Namespace: namespace,
  Type: 'batch',
  Datacenters: ['*'],
  ParameterizedJob: {},
  TaskGroups: [
    { Name: nothing, Count: 0, Tasks: [{ Name: nothing, Driver: 'raw_exec', Config: { command: '/bin/true' } }] },
  ],
});

type Prove = (patient: Patient, namespace: string) => Promise<Proof>;

const noJob = /\bjob (?:"[^"]*" )?not found$/;

const proofs: Readonly<Record<string, Prove>> = {
  'read-job': by(namespace => ({ op: 'read-job', namespace, job: nothing }), noJob),
  'list-jobs': async ({ nomad }, namespace) => ({
    outcome: await nomad.send({ ...requestOf({ op: 'list-jobs', namespace }), query: { per_page: '1' } }),
  }),
  // The right is looked at once the allocation is found: it takes one that runs, and a task that is not in it.
  'alloc-lifecycle': about(
    { path: '/v1/allocations', kind: 'allocation_list', filter: 'ClientStatus == "running"' },
    'no allocation runs there to ask about',
    (namespace, alloc) => ({ op: 'alloc-signal', namespace, alloc, task: nothing, signal: 'SIGCONT' }),
    /\bTask not (?:found|running)$|\bunknown task name\b|\bNo path to node$/,
  ),
  // No job at all can be scaled to this count.
  'scale-job': by(
    namespace => ({
      op: 'job-scale',
      namespace,
      job: nothing,
      group: nothing,
      count: -1,
      index: 1,
      message: 'sirocco doctor',
      run: '-',
    }),
    /\bcount can't be negative$/,
  ),
  // The job is checked before the right, so it must be a sound one; the index is checked after it.
  'register-job': by(
    namespace => ({ op: 'job-register', namespace, job: nothing, body: idle(namespace), index: 1 }),
    /\bEnforcing job modify index 1: job does not exist$/,
  ),
  // A job that is not there is stopped with a success, and nothing is written.
  'deregister-job': by(namespace => ({ op: 'job-stop', namespace, job: nothing, global: false })),
  'revert-job': by(namespace => ({ op: 'job-revert', namespace, job: nothing, version: 1, prior: 0 }), noJob),
  // Taken away and never given: a tag for the latest version of a job that is not there ends the server.
  'tag-job-version': by(
    namespace => ({ op: 'job-untag', namespace, job: nothing, tag: nothing }),
    /\btag "[^"]*" not found on job\b/,
  ),
  'delete-service-registration': by(
    namespace => ({ op: 'service-deregister', namespace, service: nothing, id: nobody }),
    /\bservice registration not found$/,
  ),
  'pause-deployment': ofDeployment(
    (namespace, deployment) => ({ op: 'deployment-pause', namespace, deployment, pause: true }),
    /\bcan't pause terminal deployment$/,
  ),
  'fail-deployment': ofDeployment(
    (namespace, deployment) => ({ op: 'deployment-fail', namespace, deployment }),
    /\bcan't fail terminal deployment$/,
  ),
};

/** Of a right that no namespace bounds. */
export async function proofOfScope({ nomad }: Patient, { scope, policy }: ScopeNeed): Promise<Proof> {
  if (scope === 'node' && policy === 'read')
    return { outcome: await nomad.send({ ...requestOf({ op: 'list-nodes' }), query: { per_page: '1' } }) };
  if (scope === 'node') {
    const outcome = await nomad.send(once({ op: 'node-eligibility', node: nobody, eligible: true }));
    return { outcome, granted: /\bnode not found$/ };
  }
  const read = await nomad.send(requestOf({ op: 'read-scheduler' }));
  // Who may not read may not write either.
  if (read.kind !== 'ok' || policy === 'read') return { outcome: read };
  const { SchedulerConfig: configuration } = read.response.body as { readonly SchedulerConfig?: Configuration };
  if (configuration === undefined) return { why: "Nomad's answer has no configuration of its scheduler" };
  // The configuration as it is, and only where it never was written: that is answered with a success too.
  return { outcome: await nomad.send(once({ op: 'scheduler-configure', configuration, index: 0 })) };
}

type Configuration = Readonly<Record<string, unknown>>;

/** A call that needs nothing to be there. */
function by(call: (namespace: string) => Call, granted?: RegExp): Prove {
  return async ({ nomad }, namespace) => {
    const outcome = await nomad.send(once(call(namespace)));
    return { outcome, ...(granted === undefined ? {} : { granted }) };
  };
}

interface Search {
  readonly path: string;
  readonly kind: string;
  readonly filter: string;
}

/** A call about one thing that is there, found with read-job. */
function about(search: Search, none: string, call: (namespace: string, id: string) => Call, granted: RegExp): Prove {
  return async ({ nomad }, namespace) => {
    const { path, kind, filter } = search;
    const found = await nomad.send({ method: 'GET', path, namespace, query: { filter, per_page: '1' }, kind });
    if (found.kind === 'refused' && found.reason === 'denied')
      return { why: 'without read-job nothing is found to ask about' };
    if (found.kind !== 'ok') return { why: found.message };
    const [first] = Array.isArray(found.response.body) ? (found.response.body as readonly { ID: string }[]) : [];
    return first === undefined
      ? { why: none }
      : { outcome: await nomad.send(once(call(namespace, first.ID))), granted };
  };
}

/** The right is looked at once the deployment is found; one that has ended is never changed again. */
function ofDeployment(call: (namespace: string, id: string) => Call, granted: RegExp): Prove {
  const ended = ['successful', 'failed', 'cancelled'].map(status => `Status == "${status}"`).join(' or ');
  const search = { path: '/v1/deployments', kind: 'deployment_list', filter: ended };
  return about(search, 'no deployment that has ended is there to ask about', call, granted);
}

/** A write is sent once: here a refusal is the answer, and no reason to ask again. */
function once(call: Call): NomadRequest {
  const request = requestOf(call);
  return request.method === 'GET' ? request : { ...request, repeatable: false };
}
