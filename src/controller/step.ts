/**
 * The fold: one input in, effects out. Synchronous; it reads no clock and draws no chance.
 * Inputs only mark what is to be looked at; looking reads the present state, never the input.
 */

import { createView } from '../cluster/view.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import type { Gate } from '../safety/gate.ts';
import { controlChanged, createHalts, createLimits, limitsAbsent, readHalt, tendHalts } from './control.ts';
import { answerAgain, lockPath } from './core.ts';
import { createDeadlines } from './deadlines.ts';
import { experimentChanged } from './experiments.ts';
import { dropUnasked } from './filled-in.ts';
import { repeat } from './inject.ts';
import { createInterests } from './interests.ts';
import { createLease, tendLease } from './lease.ts';
import { readAgain as readObjectAgain } from './reads.ts';
import { leaveIfDone, tendRun } from './reconcile.ts';
import { requestChanged, requestRunChanged, sweepRequests, tendRequest } from './requests.ts';
import { reread, rereadRun } from './restore.ts';
import { createRetention, goOnRetaining, tendRetention } from './retention.ts';
import { rewrite } from './runs.ts';
import { scheduleChanged, tendSpec } from './specs.ts';
import type { Core, VariableHandler } from './state.ts';
import { stopAfterOnly, stopping, stopWhenDone } from './stop.ts';
import { streamBatch, streamBeat, streamClosed, streamGap, streamOpened, tendStreams } from './streams.ts';
import { summaryOf } from './summary.ts';
import { actPartly, rescan, takeOver } from './takeover.ts';
import { readForTick } from './ticking.ts';
import type { ControllerConfig, Input, Step, Summary } from './types.ts';
import { readAgain, startWatches, tendWatch } from './watch.ts';
import { createWrites, dueStatuses } from './writes.ts';

export interface Controller {
  step(input: Input): Step;
  /** What it looks like at this instant. */
  summary(mono: number, wall: number): Summary;
  /** The whole state, for simulation and tests: not to be changed. */
  readonly core: Core;
}

export interface Parts {
  readonly catalog: FaultCatalog;
  readonly gates: readonly Gate[];
}

/** A controller that has seen nothing: the first input, of any kind, makes it ask. */
export function createController(
  config: ControllerConfig,
  parts: Parts,
  now: { mono: number; wall: number },
): Controller {
  const core: Core = {
    config,
    catalog: parts.catalog,
    gates: parts.gates,
    probesAsked: new Map(),
    view: createView(),
    deadlines: createDeadlines(),
    pending: new Map(),
    reread: rereadRun,
    requestRunChanged,
    handlers: { schedule: scheduleChanged, experiments: experimentChanged, control, requests: requestChanged },
    dirtyRuns: new Set(),
    dirtySpecs: new Set(),
    dirtyRequests: new Set(),
    lease: createLease(),
    watches: new Map(),
    halts: createHalts([...new Set([config.home, ...config.namespaces])]),
    limits: createLimits(),
    specs: new Map(),
    interests: createInterests(parts.catalog),
    listeners: new Map(),
    experiments: new Map(),
    requests: new Map(),
    runs: new Map(),
    finished: new Map(),
    unread: new Map(),
    rereads: new Map(),
    reads: new Map(),
    nodeReads: new Set(),
    secrets: new Map(),
    services: new Map(),
    streams: new Map(),
    writes: createWrites(now.mono),
    retention: createRetention(),
    stop: undefined,
    drainUntil: Number.POSITIVE_INFINITY,
    mono: now.mono,
    wall: now.wall,
    out: [],
    calls: 0,
    steps: 0,
    begun: false,
  };
  return {
    core,
    step: input => step(core, input),
    summary: (mono, wall) => summaryOf(core, mono, wall),
  };
}

/** Halts and limits are orders; a change of the lock's own Variable may mean that it is free. */
const control: VariableHandler = (core, namespace, path, variable) => {
  if (namespace === core.config.home && path === lockPath(core)) tendLease(core);
  else controlChanged(core, namespace, path, variable);
};

/** A wall clock that jumped by more than this against the monotonic one makes every schedule look again. */
const jumpMs = 500;

function step(core: Core, input: Input): Step {
  core.steps += 1;
  const first = !core.begun;
  const jumped = Math.abs(input.wall - core.wall - (input.mono - core.mono)) > jumpMs;
  core.mono = Math.max(core.mono, input.mono);
  core.wall = input.wall;
  if (first) begin(core);
  if (jumped) for (const key of core.specs.keys()) core.dirtySpecs.add(key);
  happen(core, input);
  for (const key of core.deadlines.due(core.mono)) fire(core, key);
  settle(core);
  const effects = core.out;
  core.out = [];
  return { effects, nextDeadline: core.deadlines.next() };
}

function begin(core: Core): void {
  const { self, undoOnly } = core.config;
  core.begun = true;
  if (undoOnly !== undefined) {
    tendLease(core);
    return;
  }
  if (self !== undefined) core.view.watchJob(self.namespace, self.job);
  startWatches(core);
  for (const namespace of core.halts.keys()) readHalt(core, namespace);
  tendLease(core);
}

function happen(core: Core, { happening }: Input): void {
  switch (happening.kind) {
    case 'timer':
      return;
    case 'answer': {
      const then = core.pending.get(happening.id);
      core.pending.delete(happening.id);
      then?.(happening.answer, happening.sentAt);
      return;
    }
    case 'probe': {
      const then = core.probesAsked.get(happening.id);
      core.probesAsked.delete(happening.id);
      then?.(happening.answer);
      return;
    }
    case 'stream-open':
      streamOpened(core, happening.key);
      return;
    case 'stream-batch':
      streamBatch(core, happening.key, happening.batch);
      return;
    case 'stream-beat':
      streamBeat(core, happening.key);
      return;
    case 'stream-gap':
      streamGap(core, happening.key, happening.reason);
      return;
    case 'stream-closed':
      streamClosed(core, happening.key, happening.reason, happening.message);
      return;
    case 'stop':
      stopping(core, happening.mode);
      return;
  }
}

/** What each concern does at its deadline. */
const concerns: Readonly<Record<string, (core: Core, key: string) => void>> = {
  lease: tendLease,
  takeover: takeOver,
  partly: actPartly,
  rescan,
  watch: tendWatch,
  'watch-again': readAgain,
  halt: readHalt,
  halts: tendHalts,
  'read-again': readObjectAgain,
  reread,
  rewrite,
  repeat,
  streams: tendStreams,
  tick: (core, key) => core.dirtySpecs.add(key),
  ahead: readForTick,
  crowded: (core, key) => core.dirtySpecs.add(key),
  listen: (core, key) => core.dirtySpecs.add(key),
  statuses: dueStatuses,
  status: answerAgain,
  request: (core, key) => core.dirtyRequests.add(key),
  sweep: sweepRequests,
  retention: tendRetention,
  'retention-on': goOnRetaining,
  run: (core, key) => core.dirtyRuns.add(key),
  stop: stopWhenDone,
};

function fire(core: Core, key: string): void {
  const space = key.indexOf(' ');
  concerns[key.slice(0, space)]?.(core, key.slice(space + 1));
}

function isDirty({ dirtyRuns, dirtySpecs, dirtyRequests }: Core): boolean {
  return dirtyRuns.size + dirtySpecs.size + dirtyRequests.size > 0;
}

/** Looks at everything that was marked, until nothing is: each look only marks what it changed. */
function settle(core: Core): void {
  limitsAbsent(core);
  for (let round = 0; round < 1_000 && isDirty(core); round += 1) {
    for (const key of [...core.dirtySpecs]) {
      core.dirtySpecs.delete(key);
      tendSpec(core, key);
    }
    for (const key of [...core.dirtyRequests]) {
      core.dirtyRequests.delete(key);
      tendRequest(core, key);
    }
    for (const id of [...core.dirtyRuns]) {
      core.dirtyRuns.delete(id);
      tendRun(core, id);
      const entry = core.runs.get(id);
      if (entry !== undefined) leaveIfDone(core, entry);
    }
  }
  dropUnasked(core);
  stopAfterOnly(core);
  if (core.stop !== undefined) stopWhenDone(core);
}
