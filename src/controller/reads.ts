/** Reads of Nomad's objects into the view. Each is shared by all who wait for it, and known by the instant at which it was sent. */

import type { ReadCall } from '../lifecycle/effects.ts';
import { allRunsDirty, ask, deadline, freshMs, note } from './core.ts';
import type { Core, ReadState } from './state.ts';
import type { Answer } from './types.ts';

/** How long a failed read stays failed before it is tried again. */
const retryMs = 1_000;

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
export function freshRead(core: Core, call: ReadCall, since = core.mono - freshMs): Freshness {
  const key = readKey(call);
  let read = core.reads.get(key);
  if (read === undefined) {
    read = { at: Number.NEGATIVE_INFINITY, index: 0, reading: false, failed: undefined };
    core.reads.set(key, read);
  }
  if (read.at >= since) return 'fresh';
  if (read.failed !== undefined) return read.failed;
  if (!read.reading) start(core, call, read);
  return 'waiting';
}

/** The worst of several freshnesses: failed, then waiting, then fresh. */
export function worst(all: readonly Freshness[]): Freshness {
  return all.find(each => typeof each === 'object') ?? (all.includes('waiting') ? 'waiting' : 'fresh');
}

function start(core: Core, call: ReadCall, read: ReadState): void {
  read.reading = true;
  ask(core, '-', 'read', call, (answer, sentAt) => {
    read.reading = false;
    take(core, call, read, answer, sentAt);
    allRunsDirty(core);
  });
}

function take(core: Core, call: ReadCall, read: ReadState, answer: Answer, sentAt: number): void {
  const missing = answer.kind === 'refused' && answer.reason === 'not-found';
  if (answer.kind === 'ok' && answer.index < read.index) {
    note(core, {
      type: 'resync',
      kind: 'view',
      reason: `${readKey(call)}: index went back from ${read.index} to ${answer.index}`,
    });
    start(core, call, read);
  } else if (answer.kind === 'ok' || missing) {
    if (answer.kind === 'ok') read.index = answer.index;
    read.at = sentAt;
    applyRead(
      core,
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

function applyRead(core: Core, call: ReadCall, value: unknown, index: number): void {
  const { view } = core;
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
