/** A run for tests. */

import type { Intent, Run } from './run.ts';

export function aRun(change: Partial<Run> = {}): Run {
  return {
    id: 'default_web-kill_20261124T100000Z',
    namespace: 'default',
    schedule: 'web-kill',
    specHash: 'sha256:00',
    tick: 1_000,
    fault: 'alloc-kill',
    seed: 'seed',
    experiment: {
      version: 1,
      mode: 'run',
      target: { job: 'web', pick: { amount: { count: 1 }, mode: 'random' }, ifEmpty: 'fail' },
      method: [{ fault: 'alloc-kill', with: { signal: 'SIGKILL' }, durationMs: 0 }],
      recovery: { withinMs: 60_000 },
      acceptIrreversible: false,
    },
    startDeadline: 301_000,
    claimedAt: 1_000,
    excluded: [],
    intents: [],
    ...change,
  };
}

export function anIntent(change: Partial<Intent> = {}): Intent {
  return {
    n: 0,
    target: {
      kind: 'allocation',
      namespace: 'default',
      job: 'web',
      group: 'app',
      alloc: '0a6b4e7c-9a1f-4c3d-8e2b-5f7a9c1d3e5f',
      node: 'n1',
      task: 'server',
    },
    call: {
      op: 'alloc-signal',
      namespace: 'default',
      alloc: '0a6b4e7c-9a1f-4c3d-8e2b-5f7a9c1d3e5f',
      task: 'server',
      signal: 'SIGKILL',
    },
    sending: 'once',
    before: { restarts: 0 },
    state: 'planned',
    ...change,
  };
}
