import { z } from 'zod';
import type { Fault } from './fault.ts';
import { asBefore, isOlder, whyNoJob } from './on-job.ts';

const parameters = z.strictObject({});

/** Pauses a deployment, as `nomad deployment pause` does, and resumes it. */
export const deploymentPause: Fault<z.infer<typeof parameters>> = {
  name: 'deployment-pause',
  summary: 'Pauses a deployment that is under way, and resumes it.',
  targetKind: 'deployment',
  reach: 'target',
  lasts: true,
  undoClass: 'inverse',
  parameters,
  permissions: [
    { scope: 'namespace', capability: 'read-job' },
    { scope: 'namespace', capability: 'pause-deployment' },
  ],
  byHand: target =>
    target.kind === 'deployment'
      ? `nomad deployment resume -detach -namespace ${target.namespace} ${target.deployment}`
      : 'nomad deployment resume -detach -namespace <namespace> <deployment id>',

  checkByHand: target => ({
    line:
      target.kind === 'deployment'
        ? `nomad deployment status -namespace ${target.namespace} ${target.deployment}`
        : 'nomad deployment status -namespace <namespace> <deployment id>',
    says: '`Status` is `running`, or `successful`',
    mind: 'A deployment that has ended, or that a newer one took the place of, needs nothing.',
  }),

  // A deployment has no room for a mark: only a record tells whose pause it is.
  residue: ({ deployments, recorded }) =>
    recorded.flatMap(({ run, target, settled, from }) => {
      const id = target.kind === 'deployment' ? target.deployment : '';
      const found = deployments.find(each => each.id === id);
      if (found?.status !== 'paused' || settled === 'superseded') return [];
      const since = found.modifyTime ?? from;
      return [
        {
          target,
          why: 'it is paused, and that run paused it',
          run,
          since,
          undo: { op: 'resume', args: { deployment: id } },
        },
      ];
    }),

  exclude(candidate) {
    if (candidate.kind !== 'deployment') return 'not a deployment';
    const { status } = candidate.deployment;
    return status === 'running' ? undefined : `it is ${status}`;
  },

  harms: () => [],

  plan(candidate) {
    if (candidate.kind !== 'deployment') return [];
    const { id: deployment, namespace, job, status, modifyIndex } = candidate.deployment;
    return [
      {
        target: { kind: 'deployment', namespace, job, deployment },
        call: { op: 'deployment-pause', namespace, deployment, pause: true },
        sending: 'repeatable',
        before: { status, modify_index: modifyIndex },
        undo: { op: 'resume', args: { deployment } },
      },
    ];
  },

  observe(intent, view) {
    const { target, call, before } = intent;
    const found = target.kind === 'deployment' ? view.deployment(target.namespace, target.job) : undefined;
    if (target.kind !== 'deployment' || call.op !== 'deployment-pause' || found?.id !== target.deployment)
      return { seen: false, why: "the deployment can't be seen" };
    if (isOlder(found, intent) || found.modifyIndex <= Number(before['modify_index'] ?? 0))
      return { seen: false, why: 'what is known of it is older than the call' };
    if (found.status !== 'paused') return { seen: false, why: `it is ${found.status}` };
    return { seen: true, evidence: `it is paused (index ${found.modifyIndex})`, at: {} };
  },

  undo(intent, view) {
    const { target } = intent;
    if (target.kind !== 'deployment') return { kind: 'unreachable', why: 'not a deployment' };
    const found = view.deployment(target.namespace, target.job);
    const problem = whyNoJob(intent, view);
    if (problem !== undefined) return problem;
    // The job's deployments are read with it. One that is paused stays: what Nomad collects was ended before.
    if (found === undefined)
      return { kind: 'superseded', after: {}, why: 'the deployment is gone: somebody ended it, and it was collected' };
    const after = { deployment: found.id, status: found.status, modify_index: found.modifyIndex };
    if (found.id !== target.deployment)
      return { kind: 'superseded', after, why: `a newer deployment took its place: ${found.id.slice(0, 8)}` };
    if (isOlder(found, intent))
      return { kind: 'unreachable', why: 'what is known of the deployment is older than what we did to it' };
    if (found.status === 'paused') {
      const { namespace, deployment } = target;
      return { kind: 'call', call: { op: 'deployment-pause', namespace, deployment, pause: false } };
    }
    if (found.status === 'running') return asBefore(intent, after);
    return intent.undoneIndex !== undefined
      ? { kind: 'undone', after }
      : { kind: 'superseded', after, why: `somebody moved it on: it is ${found.status}` };
  },
};
