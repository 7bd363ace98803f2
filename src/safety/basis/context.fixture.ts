/** What a gate looks at, made up for tests: job `web` with three healthy allocations, nothing in the way. */

import type { Candidate } from '../../faults/fault.ts';
import {
  type SampleCluster,
  sampleAlloc,
  sampleNode,
  sampleTarget,
  sampleView,
  sampleWeb,
} from '../../targeting/cluster.fixture.ts';
import { sampleFault } from '../../targeting/fault.fixture.ts';
import type { GateContext, Reservation } from '../gate.ts';
import { defaultLimits } from '../limits.ts';

export const now = 1_800_000_000_000;

/** No tick ever comes. */
const noTicks: GateContext['almanac'] = {
  last: () => undefined,
  next: () => undefined,
  shown: at => String(at),
};

export function sampleContext(over: Partial<GateContext> = {}, cluster: SampleCluster = {}): GateContext {
  const fault = over.fault ?? sampleFault();
  return {
    namespace: 'default',
    home: 'sirocco',
    run: 'default_web-kill_20261124T100000Z',
    experiment: {
      version: 1,
      mode: 'run',
      target: sampleTarget(),
      method: [{ fault: fault.name, with: {}, durationMs: 0 }],
      recovery: { withinMs: 300_000 },
      acceptIrreversible: false,
    },
    fault,
    view: sampleView({ ...sampleWeb(3), ...cluster }),
    limits: defaultLimits,
    reservations: [],
    lastHits: () => new Map(),
    halts: [],
    haltsUnread: [],
    self: { jobs: [], allocs: [], nodes: [] },
    region: 'global',
    now,
    almanac: noTicks,
    ...over,
  };
}

export function onAlloc(n: number, over: Parameters<typeof sampleAlloc>[1] = {}): Candidate {
  return { kind: 'allocation', alloc: sampleAlloc(n, over) };
}

export function onNode(n: number, over: Parameters<typeof sampleNode>[1] = {}): Candidate {
  return { kind: 'node', node: sampleNode(n, over) };
}

/** What another run holds: allocations of `web` by number. */
export function heldBy(run: string, allocs: readonly number[], nodes: readonly number[] = []): Reservation {
  return {
    run,
    namespace: 'default',
    fault: 'sample-kill',
    jobs: ['default/web'],
    allocs: allocs.map(n => sampleAlloc(n).id),
    nodes: nodes.map(n => sampleNode(n).id),
  };
}
