import { whyUnhealthy } from '../cluster/health.ts';
import type { AllocView, JobView, NodeView } from '../cluster/types.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { jobKey } from './basis/harm.ts';
import type { Gate, GateAnswer, GateContext } from './gate.ts';

/** A deployment in any other state still changes the job. */
const ended: readonly string[] = ['successful', 'failed', 'cancelled'];

/**
 * Drops what is not at rest: an unhealthy target, a job that is stopped or being deployed, a node that is drained, down
 * or taken out by hand. Each of these may end by itself, save a stopped job.
 */
export const quiet: Gate = {
  name: 'quiet',
  stage: 'candidate',
  summary: 'The target is healthy, and neither deployed, drained nor stopped at this moment.',
  ask(context, candidate) {
    if (candidate === undefined) return notAsked;
    switch (candidate.kind) {
      case 'node':
        return unrest(candidate.node) ?? pass('the node is ready and eligible');
      case 'allocation':
        return allocUnrest(context, candidate.alloc) ?? pass('healthy, with no deployment and no drain');
      case 'service':
        return serviceUnrest(context, candidate.service.alloc) ?? pass('its allocation is at rest');
      case 'group':
      case 'job':
        return jobUnrest(context, candidate.job) ?? pass('no deployment is under way');
      case 'deployment':
        return pass('a deployment is never at rest');
      case 'region':
        return pass('a region is always in use');
    }
  },
};

function serviceUnrest(context: GateContext, id: string): GateAnswer | undefined {
  const alloc = context.view.alloc(id);
  return alloc === undefined ? refuse('quiet', 'its allocation is not known', true) : allocUnrest(context, alloc);
}

function jobUnrest({ view }: GateContext, job: JobView): GateAnswer | undefined {
  if (job.stop) return refuse('quiet', `job ${job.id} is stopped`);
  const deployment = view.deployment(job.namespace, job.id);
  if (deployment === undefined || ended.includes(deployment.status)) return undefined;
  return refuse('quiet', `deployment ${deployment.id.slice(0, 8)} of job ${job.id} is ${deployment.status}`, true);
}

function allocUnrest(context: GateContext, alloc: AllocView): GateAnswer | undefined {
  const job = context.view.job(alloc.namespace, alloc.job);
  if (job === undefined) return refuse('quiet', `job ${jobKey(alloc)} is not known`, true);
  const unrest = jobUnrest(context, job);
  if (unrest !== undefined) return unrest;
  return nodeUnrest(context, alloc) ?? ill(alloc, job);
}

/** Where no node at all can be seen (no right to read them), the allocation's own marks must do. */
function nodeUnrest({ view }: GateContext, alloc: AllocView): GateAnswer | undefined {
  if (alloc.migrating) return refuse('quiet', 'it is being moved off its node', true);
  const node = view.node(alloc.node);
  if (node !== undefined) return unrestUnder(node);
  if (view.nodes().length === 0) return undefined;
  return refuse('quiet', `its node ${alloc.nodeName} is not known, so neither is whether it is drained`, true);
}

function unrest(node: NodeView): GateAnswer | undefined {
  if (!node.eligible && !node.draining) return refuse('quiet', `node ${node.name} is ineligible already`, true);
  return unrestUnder(node);
}

/** An allocation on a node that takes no new ones is as quiet as any: not so one on a node that is emptied. */
function unrestUnder(node: NodeView): GateAnswer | undefined {
  if (node.draining) return refuse('quiet', `node ${node.name} is draining`, true);
  if (node.status !== 'ready') return refuse('quiet', `node ${node.name} is ${node.status}`, true);
  return undefined;
}

function ill(alloc: AllocView, job: JobView): GateAnswer | undefined {
  const why = whyUnhealthy(alloc, job);
  return why === undefined ? undefined : refuse('quiet', `it is not healthy: ${why}`, true);
}
