import { isGlob } from '../base/glob.ts';
import { nodeOf } from '../targeting/candidate.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { feltBy, type JobRef, jobKey, jobsTouched } from './basis/harm.ts';
import type { Gate } from './gate.ts';

/**
 * Drops the controllers' own allocations, unless the spec names their job exactly and the fault reaches no further than
 * its target; and the controllers' nodes for faults on nodes or with a longer reach, always. Nomad's servers are no
 * node and no allocation of a job, so nothing here can choose them; a client agent on the same machine is not known
 * to share it: name such nodes in exclude_nodes.
 */
export const self: Gate = {
  name: 'self',
  stage: 'candidate',
  summary: 'It is not a controller, nor the node of one for faults that reach beyond their target.',
  ask(context, candidate) {
    if (candidate === undefined) return notAsked;
    const { self: own, experiment, fault } = context;
    const node = nodeOf(candidate) ?? '';
    if ((candidate.kind === 'node' || fault.reach !== 'target') && own.nodes.includes(node))
      return refuse('self', 'a controller runs on its node, which faults that reach beyond their target leave alone');
    const touched: JobRef | undefined =
      jobsTouched(context, candidate).find(ref => own.jobs.includes(jobKey(ref))) ??
      feltBy(context, candidate).find(({ id }) => own.allocs.includes(id));
    if (touched === undefined) return pass('not a controller');
    const { job } = experiment.target;
    const named = candidate.kind !== 'node' && job === touched.job && !isGlob(job) && fault.reach === 'target';
    if (named) return pass(`a controller, which the spec names: ${job}`);
    return refuse('self', `job ${touched.job} is the controllers' own: only a spec that names it exactly hits it`);
  },
};
