/** Faults for tests of specs: one of each sort that specs tell apart. They are never carried out. */

import { z } from 'zod';
import { bool, duration, int, oneOf, percent, size, text } from '../base/fields.ts';
import type { AnyFault, FaultCatalog } from '../faults/fault.ts';

function sample(
  fault: Pick<AnyFault, 'name' | 'targetKind' | 'lasts' | 'undoClass' | 'parameters'>,
): [string, AnyFault] {
  const calls: Pick<AnyFault, 'byHand' | 'plan' | 'observe'> = {
    byHand: () => '',
    plan: () => [],
    observe: () => ({ seen: false, why: 'only a sample' }),
  };
  return [fault.name, { summary: 'a sample', reach: 'target', permissions: [], ...fault, ...calls }];
}

export const sampleCatalog: FaultCatalog = new Map([
  sample({
    name: 'alloc-kill',
    targetKind: 'allocation',
    lasts: false,
    undoClass: 'by-nomad',
    parameters: z.strictObject({
      signal: oneOf(['SIGKILL', 'SIGTERM'], { help: 'the signal sent' }).default('SIGKILL'),
      task: text({ what: 'the name of a task' }).optional(),
    }),
  }),
  sample({
    name: 'node-ineligible',
    targetKind: 'node',
    lasts: true,
    undoClass: 'inverse',
    parameters: z.strictObject({}),
  }),
  sample({
    name: 'memory-stress',
    targetKind: 'allocation',
    lasts: true,
    undoClass: 'inverse',
    parameters: z
      .strictObject({
        size: size({ max: 1024 ** 4 }),
        growth: duration({ min: 1000 }).default(10_000),
        share: percent({ min: 1 }).optional(),
        workers: int({ min: 1, max: 64 }).default(1),
        oom: bool().default(false),
        kind: z.enum(['anon', 'file']).default('anon'),
      })
      .refine(given => given.oom || given.workers < 64, { message: '64 workers need oom=true' }),
  }),
  sample({
    name: 'service-deregister',
    targetKind: 'allocation',
    lasts: false,
    undoClass: 'by-restart',
    parameters: z.strictObject({}),
  }),
]);
