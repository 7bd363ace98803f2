/** Reads of Nomad's objects into the view. Each is shared by all who wait for it, and known by the instant at which it was sent. */

import type { MutableView } from '../cluster/view.ts';
import type { ReadCall } from '../lifecycle/effects.ts';
import { allRunsDirty, ask, deadline, freshMs, jobChanged, nodesChanged, note } from './core.ts';
import type { Core, ReadState } from './state.ts';
import type { Answer } from './types.ts';

/** How long a failed read stays failed before it is tried again. */
const retryMs = 1_000;
/** A server that lags is asked again so soon; one that stays behind for so many answers was restored, and is believed. */
const regressedMs = 250;
const restoredAfter = 80;

export type Freshness = 'fresh' | 'waiting' | { readonly denied: boolean; readonly message: string };

export function readKey(call: ReadCall): string {
  switch (call.op) {
    case 'read-job':
    case 'list-job-allocs':
    case 'list-job-deployments':
      return `${call.op} ${call.namespace}/${call.job}`;
    case 'list-jobs':
      return `${call.op} ${call.namespace}`;
    case 'list-nodes':
      return call.op;
    case 'read-node':
      return `${call.op} ${call.node}`;
  }
}

/** Everything that targeting a job rests on. */
export function jobReads(namespace: string, job: string): readonly ReadCall[] {
  return [
    { op: 'list-job-allocs', namespace, job },
    { op: 'read-job', namespace, job },
    { op: 'list-job-deployments', namespace, job },
  ];
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
  } else if (call.op === 'list-jobs') allRunsDirty(core);
  else nodesChanged(core);
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
    applyRead(
      core.view,
      call,
      answer.kind === 'ok' ? answer.value : undefined,
      answer.kind === 'ok' ? answer.index : read.index,
    );
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
}

/** Takes an answer into the view; `undefined`: what was asked for is not there. */
export function applyRead(view: MutableView, call: ReadCall, value: unknown, index: number): void {
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
    case 'list-nodes':
      view.applyNodes(list, index);
      return;
    case 'read-node':
      if (value === undefined) view.removeNode(call.node);
      else view.applyNode(value);
      return;
  }
}
