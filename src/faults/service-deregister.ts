import { z } from 'zod';
import type { Fault } from './fault.ts';

const parameters = z.strictObject({});

/** Takes a registration out of Nomad's own catalogue, as `nomad service delete` does. No API registers it again. */
export const serviceDeregister: Fault<z.infer<typeof parameters>> = {
  name: 'service-deregister',
  summary: 'Takes an instance of a service out of Nomad’s catalogue, while its task goes on.',
  targetKind: 'service',
  reach: 'target',
  lasts: false,
  undoClass: 'by-restart',
  parameters,
  permissions: [
    { scope: 'namespace', capability: 'read-job' },
    { scope: 'namespace', capability: 'delete-service-registration' },
  ],
  byHand: target =>
    target.kind === 'service'
      ? `nomad alloc restart -namespace ${target.namespace} ${target.alloc}`
      : 'nomad alloc restart -namespace <namespace> <allocation id>',

  reads: target => ('job' in target ? [{ op: 'list-job-services', namespace: target.namespace, job: target.job }] : []),

  exclude: candidate => (candidate.kind === 'service' ? undefined : 'not a service'),

  plan(candidate) {
    if (candidate.kind !== 'service') return [];
    const { service } = candidate;
    const { namespace, job, name, id, alloc } = service;
    return [
      {
        target: { kind: 'service', namespace, job, service: name, id, alloc },
        call: { op: 'service-deregister', namespace, service: name, id },
        sending: 'repeatable',
        before: { modify_index: service.modifyIndex },
      },
    ];
  },

  observe({ target, call, before, answeredIndex }, view) {
    if (target.kind !== 'service' || call.op !== 'service-deregister')
      return { seen: false, why: 'the target is no service' };
    const list = view.services(target.namespace, target.job);
    if (list === undefined) return { seen: false, why: "the job's services can't be seen" };
    if (list.index <= Math.max(answeredIndex ?? 0, Number(before['modify_index'] ?? 0)) - 1)
      return { seen: false, why: 'what is known of the services is older than the call' };
    if (answeredIndex === undefined) return { seen: false, why: 'the call was not answered' };
    if (list.services.some(({ id }) => id === target.id)) return { seen: false, why: 'it is registered' };
    return { seen: true, evidence: `it is not in the catalogue (index ${list.index})`, at: {} };
  },
};
