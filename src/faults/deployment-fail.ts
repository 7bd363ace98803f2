import { z } from 'zod';
import type { Fault } from './fault.ts';
import { isOlder } from './on-job.ts';

const parameters = z.strictObject({});

/** Fails a deployment for good, as `nomad deployment fail` does: `auto_revert` is what it tests. */
export const deploymentFail: Fault<z.infer<typeof parameters>> = {
  name: 'deployment-fail',
  summary: 'Fails a deployment that is under way: its canaries stop, and auto_revert rolls back.',
  targetKind: 'deployment',
  reach: 'target',
  lasts: false,
  undoClass: 'irreversible',
  parameters,
  permissions: [
    { scope: 'namespace', capability: 'read-job' },
    { scope: 'namespace', capability: 'fail-deployment' },
  ],
  byHand: target =>
    target.kind === 'deployment'
      ? `nomad job run <the file of job ${target.job}>`
      : 'nomad job run <the file of the job>',

  exclude(candidate) {
    if (candidate.kind !== 'deployment') return 'not a deployment';
    const { status } = candidate.deployment;
    return status === 'running' || status === 'paused' ? undefined : `it is ${status}`;
  },

  harms: () => [],

  plan(candidate) {
    if (candidate.kind !== 'deployment') return [];
    const { id: deployment, namespace, job, status, modifyIndex } = candidate.deployment;
    return [
      {
        target: { kind: 'deployment', namespace, job, deployment },
        call: { op: 'deployment-fail', namespace, deployment },
        sending: 'repeatable',
        before: { status, modify_index: modifyIndex },
      },
    ];
  },

  observe(intent, view) {
    const { target, call, before, answeredIndex } = intent;
    const found = target.kind === 'deployment' ? view.deployment(target.namespace, target.job) : undefined;
    if (target.kind !== 'deployment' || call.op !== 'deployment-fail' || found === undefined)
      return { seen: false, why: "the deployment can't be seen" };
    // With auto_revert another one follows at once, and only the newest is held.
    if (found.id !== target.deployment) {
      const isNews = answeredIndex !== undefined && found.createIndex >= answeredIndex;
      return isNews
        ? { seen: true, evidence: `deployment ${found.id.slice(0, 8)} followed it (${found.status})`, at: {} }
        : { seen: false, why: "the deployment can't be seen" };
    }
    if (isOlder(found, intent) || found.modifyIndex <= Number(before['modify_index'] ?? 0))
      return { seen: false, why: 'what is known of it is older than the call' };
    if (found.status !== 'failed') return { seen: false, why: `it is ${found.status}` };
    if (answeredIndex === undefined) return { seen: false, why: 'it failed, but no answered call of ours did that' };
    return { seen: true, evidence: `it failed (index ${found.modifyIndex})`, at: {} };
  },
};
