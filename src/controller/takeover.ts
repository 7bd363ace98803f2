/** A new leader first learns what its predecessors wrote down: every record, before any new run starts. */

import { runIdParts } from '../base/ids.ts';
import type { VariableMetadata } from '../nomad/types.ts';
import { acts, allRunsDirty, ask, deadline, knowsAll, note, takeoverWindowMs } from './core.ts';
import { recallRequests } from './requests.ts';
import { readRun, unreadMs } from './restore.ts';
import { firstRetentionMs } from './retention.ts';
import { noteStuckRecord, recordPath, startRun } from './runs.ts';
import { recallSpent } from './specs.ts';
import type { Core } from './state.ts';
import { writeMarker } from './watch.ts';

const retryMs = 500;

/** Reads all records; then this controller acts. Called when the lock was acquired, and again when a list failed. */
export function takeOver(core: Core): void {
  const { lease, config } = core;
  const { term } = lease;
  const call = {
    op: 'list-variables',
    namespace: config.home,
    prefix: recordPath(core, ''),
    index: 0,
    waitMs: 0,
  } as const;
  ask(core, '-', 'claim', call, answer => {
    if (lease.term !== term || lease.phase !== 'held') return;
    // A list older than our own lock would miss what our predecessor wrote.
    if (answer.kind !== 'ok' || answer.index < term) {
      const message =
        answer.kind === 'ok' ? `the list is older (${answer.index}) than our lock (${term})` : answer.message;
      note(core, { type: 'trouble', what: 'reading the run records', message });
      deadline(core, 'takeover', '', retryMs);
      return;
    }
    const metas = Array.isArray(answer.value) ? (answer.value as VariableMetadata[]) : [];
    readAll(core, metas);
    if (knowsAll(core)) loaded(core);
  });
}

/** Reads records; each stays `unread` until it was. */
function readAll(core: Core, metas: readonly VariableMetadata[]): void {
  for (const { Path: path } of metas)
    core.unread.set(idOf(core, path), { path, since: core.mono, message: undefined, told: false });
  if (metas.length > 0) deadline(core, 'partly', '', unreadMs);
  for (const { Path, ModifyIndex } of metas)
    readRun(core, Path, ModifyIndex, () => {
      if (knowsAll(core)) loaded(core);
    });
}

function idOf(core: Core, path: string): string {
  return path.slice(recordPath(core, '').length);
}

/** Every record was read: what its predecessors began goes on, and new runs may begin. */
function loaded(core: Core): void {
  begin(core);
  startOnly(core);
  recall(core);
}

function begin(core: Core): void {
  if (core.lease.loaded) return;
  core.lease.loaded = true;
  if (core.config.undoOnly !== undefined) core.stop = 'drain';
  deadline(core, 'rescan', '', takeoverWindowMs);
  deadline(core, 'retention', '', firstRetentionMs);
  for (const watch of core.watches.values()) writeMarker(core, watch);
}

function recall(core: Core): void {
  allRunsDirty(core);
  recallSpent(core);
  recallRequests(core);
}

const lookEveryMs = 1_000;

/** Some records can't be read, or not yet: what the others owe is undone all the same, and people are told. */
export function actPartly(core: Core): void {
  if (core.lease.phase !== 'held' || knowsAll(core)) return;
  if (!core.lease.loaded) {
    begin(core);
    recall(core);
  }
  for (const [run, unread] of core.unread) {
    if (unread.told || unread.message === undefined || core.mono - unread.since < unreadMs) continue;
    unread.told = true;
    const namespace = runIdParts(run)?.namespace ?? '';
    const reason = `its record can't be read, and nothing new begins before it is: ${unread.message}`;
    noteStuckRecord(core, { run, namespace, fault: '', reason });
  }
  deadline(core, 'partly', '', lookEveryMs);
}

/** The one run that this controller is for. */
function startOnly(core: Core): void {
  const { only } = core.config;
  if (only === undefined || core.runs.has(only.id) || core.finished.has(only.id)) return;
  startRun(core, only);
}

/** A claim that a predecessor sent may be applied a minute after we read the records: then nobody else knows of it. */
const rescanMs = 90_000;

/** Takes up records that appeared since they were read, and were not written by us. */
export function rescan(core: Core): void {
  const { term } = core.lease;
  deadline(core, 'rescan', '', rescanMs);
  if (!acts(core)) return;
  const call = {
    op: 'list-variables',
    namespace: core.config.home,
    prefix: recordPath(core, ''),
    index: 0,
    waitMs: 0,
  } as const;
  ask(core, '-', 'read', call, answer => {
    if (core.lease.term !== term || !acts(core) || answer.kind !== 'ok' || !Array.isArray(answer.value)) return;
    const isKnown = (run: string) =>
      core.runs.has(run) || core.finished.has(run) || core.unread.has(run) || core.retention.removed.has(run);
    const found = (answer.value as VariableMetadata[]).filter(({ Path }) => !isKnown(idOf(core, Path)));
    for (const { Path } of found)
      note(core, {
        type: 'trouble',
        what: `record ${idOf(core, Path)}`,
        message: 'it appeared after the takeover: taken up',
      });
    readAll(core, found);
  });
}
