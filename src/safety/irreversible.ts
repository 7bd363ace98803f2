import { pass, refuse } from './basis/answer.ts';
import type { Gate } from './gate.ts';

/** Refuses what nothing, or only a restart of the target, brings back, unless the spec accepts exactly that. */
export const irreversible: Gate = {
  name: 'irreversible',
  stage: 'admission',
  summary: 'A fault that can not be undone is accepted in the spec.',
  ask({ fault, experiment }) {
    const { name, undoClass } = fault;
    if (undoClass !== 'by-restart' && undoClass !== 'irreversible') return pass(`undo of ${name}: ${undoClass}`);
    const words = undoClass === 'by-restart' ? 'is undone only by a restart of its target' : 'can not be undone';
    if (experiment.acceptIrreversible) return pass(`${name} ${words}, and the spec accepts that`);
    return refuse('irreversible', `${name} ${words}: accept_irreversible=true in the spec accepts that`);
  },
};
