/** A made-up fault for tests: it signals each running task of an allocation. It is never carried out. */

import { z } from 'zod';
import type { AnyFault, Candidate, Planned } from '../faults/fault.ts';

function planned(candidate: Candidate): readonly Planned[] {
  if (candidate.kind === 'node') {
    const { id: node, name } = candidate.node;
    const call = { op: 'node-eligibility', node, eligible: false } as const;
    return [{ target: { kind: 'node', node, name }, call, sending: 'repeatable', before: {} }];
  }
  if (candidate.kind !== 'allocation') return [];
  const { id: alloc, namespace, job, group, node, tasks } = candidate.alloc;
  return Object.keys(tasks).map(task => ({
    target: { kind: 'allocation', namespace, job, group, alloc, node, task },
    call: { op: 'alloc-signal', namespace, alloc, task, signal: 'SIGKILL' },
    sending: 'once',
    before: {},
  }));
}

export function sampleFault(over: Partial<AnyFault> = {}): AnyFault {
  return {
    name: 'sample-kill',
    summary: 'Only a sample.',
    targetKind: 'allocation',
    reach: 'target',
    lasts: false,
    undoClass: 'by-nomad',
    comesBack: 'restart',
    parameters: z.strictObject({}),
    permissions: [],
    byHand: () => 'nothing to do',
    plan: planned,
    observe: () => ({ seen: false, why: 'only a sample' }),
    ...over,
  };
}
