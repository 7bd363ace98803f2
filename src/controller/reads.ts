/** Reads of Nomad's objects into the view. Each is shared by all who wait for it, and known by the instant at which it was sent. */

import type { MutableView } from '../cluster/view.ts';
import type { AnyFault, TargetKind, TargetRef } from '../faults/fault.ts';
import type { ReadCall } from '../lifecycle/effects.ts';
import { allRunsDirty, ask, deadline, freshMs, jobChanged, listenAgain, nodesChanged, note } from './core.ts';
import type { Core, ReadState } from './state.ts';
import type { Answer } from './types.ts';

/** How long a failed read stays failed before it is tried again. */
const retryMs = 1_000;
/** A server that lags is asked again so soon; one that stays behind for so many answers was restored, and is believed. */
const regressedMs = 250;
const restoredAfter = 80;

export type Freshness = 'fresh' | 'waiting' | { readonly denied: boolean; readonly message: string };

/** What a read is of: the same words for the same answer. */
export function readKey(call: ReadCall): string {
  if ('job' in call) return `${call.op} ${call.namespace}/${call.job}`;
  if ('namespace' in call) return `${call.op} ${call.namespace}`;
  return 'node' in call ? `${call.op} ${call.node}` : call.op;
}

/** Everything that targeting a job rests on. */
export function jobReads(namespace: string, job: string): readonly ReadCall[] {
  return [
    { op: 'list-job-allocs', namespace, job },
    { op: 'read-job', namespace, job },
    { op: 'list-job-deployments', namespace, job },
  ];
}

/** Everything that choosing among the targets of a kind takes of a job, beside the job itself. */
const more: { readonly [K in TargetKind]?: readonly ('list-job-services' | 'list-job-versions')[] } = {
  service: ['list-job-services'],
};

/** Everything that choosing targets of a job rests on, by what is chosen and asked of it. */
export function choiceReads(namespace: string, job: string, kind: TargetKind, service: boolean): readonly ReadCall[] {
  const ops = new Set([...(more[kind] ?? []), ...(service ? (['list-job-services'] as const) : [])]);
  return [...jobReads(namespace, job), ...[...ops].map(op => ({ op, namespace, job }))];
}

/** What a look at one target rests on, by its kind; a fault may ask for more. */
function targetReads(target: TargetRef): readonly ReadCall[] {
  switch (target.kind) {
    case 'allocation':
    case 'service':
      return [{ op: 'list-job-allocs', namespace: target.namespace, job: target.job }];
    case 'node':
      return [{ op: 'read-node', node: target.node }];
    case 'group':
    case 'job':
    case 'deployment':
      return [
        { op: 'read-job', namespace: target.namespace, job: target.job },
        { op: 'list-job-deployments', namespace: target.namespace, job: target.job },
      ];
    case 'region':
      return [{ op: 'read-scheduler' }];
  }
}

/** What a look at one intent of a fault rests on. */
export function looksOf(fault: AnyFault, target: TargetRef): readonly ReadCall[] {
  return [...targetReads(target), ...(fault.reads?.(target) ?? [])];
}

/**
 * Whether an answer is there whose request was sent at or after `since` (monotonic; default: five seconds ago).
 * When not, the read is under way as this returns, and open runs are looked at again when it is answered.
 */
export function freshRead(
  core: Core,
  call: ReadCall,
  since = core.mono - freshMs,
  priority: 'read' | 'undo' = 'read',
): Freshness {
  const key = readKey(call);
  let read = core.reads.get(key);
  if (read === undefined) {
    read = { at: Number.NEGATIVE_INFINITY, index: 0, reading: false, regressions: 0, failed: undefined };
    core.reads.set(key, read);
  }
  if (read.at >= since) return 'fresh';
  if (read.failed !== undefined) return read.failed;
  if (!read.reading) start(core, call, read, priority);
  return 'waiting';
}

/** The worst of several freshnesses: failed, then waiting, then fresh. */
export function worst(all: readonly Freshness[]): Freshness {
  return all.find(each => typeof each === 'object') ?? (all.includes('waiting') ? 'waiting' : 'fresh');
}

function start(core: Core, call: ReadCall, read: ReadState, priority: 'read' | 'undo'): void {
  read.reading = true;
  ask(core, '-', priority, call, (answer, sentAt) => {
    read.reading = false;
    take(core, call, read, answer, sentAt);
    concern(core, call);
  });
}

/** Those who may have waited for this read look again. */
function concern(core: Core, call: ReadCall): void {
  if ('job' in call) {
    jobChanged(core, call.namespace, call.job);
    if (call.job === core.config.self?.job) nodesChanged(core);
  } else if (call.op === 'list-nodes' || call.op === 'read-node') nodesChanged(core);
  else {
    allRunsDirty(core);
    if (call.op === 'list-jobs') listenAgain(core);
  }
}

function take(core: Core, call: ReadCall, read: ReadState, answer: Answer, sentAt: number): void {
  const missing = answer.kind === 'refused' && answer.reason === 'not-found';
  const regressed = answer.kind === 'ok' && answer.index < read.index;
  read.regressions = regressed ? read.regressions + 1 : 0;
  if (regressed && read.regressions < restoredAfter) {
    const message = `index went back from ${read.index} to ${answer.index}`;
    note(core, { type: 'resync', kind: 'view', reason: `${readKey(call)}: ${message}` });
    read.failed = { denied: false, message };
    deadline(core, 'read-again', readKey(call), regressedMs);
  } else if (answer.kind === 'ok' || missing) {
    if (answer.kind === 'ok') read.index = answer.index;
    read.at = sentAt;
    const value = answer.kind === 'ok' ? answer.value : undefined;
    applyRead(core.view, call, value, { index: read.index, region: core.config.region });
  } else {
    const denied = answer.kind === 'refused' && answer.reason === 'denied';
    read.failed = { denied, message: answer.message };
    note(core, { type: denied ? 'denied' : 'trouble', what: readKey(call), message: answer.message });
    deadline(core, 'read-again', readKey(call), retryMs);
  }
}

/** A failed read may be tried again. */
export function readAgain(core: Core, key: string): void {
  const read = core.reads.get(key);
  if (read === undefined) return;
  read.failed = undefined;
  allRunsDirty(core);
  listenAgain(core);
}

/** Takes an answer into the view; `undefined`: what was asked for is not there. `index`: of the answer. */
export function applyRead(
  view: MutableView,
  call: ReadCall,
  value: unknown,
  { index, region }: { readonly index: number; readonly region: string },
): void {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  switch (call.op) {
    case 'read-job':
      if (value === undefined) view.removeJob(call.namespace, call.job);
      else view.applyJob(value);
      return;
    case 'list-jobs':
      view.applyJobList(call.namespace, list, index);
      return;
    case 'list-job-allocs':
      view.applyAllocs(call.namespace, call.job, list, index);
      return;
    case 'list-job-deployments':
      view.applyDeployments(call.namespace, call.job, list, index);
      return;
    case 'list-job-versions': {
      const versions = (value as { readonly Versions?: unknown } | undefined)?.Versions;
      view.applyVersions(call.namespace, call.job, Array.isArray(versions) ? (versions as unknown[]) : [], index);
      return;
    }
    case 'list-job-services':
      view.applyServices(call.namespace, call.job, list, index);
      return;
    case 'read-scheduler':
      view.applyScheduler(region, value, index);
      return;
    case 'list-nodes':
      view.applyNodes(list, index);
      return;
    case 'read-node':
      if (value === undefined) view.removeNode(call.node);
      else view.applyNode(value);
      return;
  }
}
