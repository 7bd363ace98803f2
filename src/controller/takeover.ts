/** A new leader first learns what its predecessors wrote down: every record, before any new run starts. */

import type { VariableMetadata } from '../nomad/types.ts';
import { acts, allRunsDirty, ask, deadline, note, takeoverWindowMs } from './core.ts';
import { recallRequests } from './requests.ts';
import { readRun } from './restore.ts';
import { firstRetentionMs } from './retention.ts';
import { recordPath, startRun } from './runs.ts';
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
    let left = metas.length;
    const one = () => {
      left -= 1;
      if (left <= 0) loaded(core);
    };
    if (left === 0) loaded(core);
    for (const meta of metas) readRun(core, meta.Path, meta.ModifyIndex, one);
  });
}

function loaded(core: Core): void {
  core.lease.loaded = true;
  if (core.config.undoOnly !== undefined) core.stop = 'drain';
  startOnly(core);
  allRunsDirty(core);
  recallSpent(core);
  recallRequests(core);
  deadline(core, 'rescan', '', takeoverWindowMs);
  deadline(core, 'retention', '', firstRetentionMs);
  for (const watch of core.watches.values()) writeMarker(core, watch);
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
    for (const meta of answer.value as VariableMetadata[]) {
      const run = meta.Path.slice(recordPath(core, '').length);
      if (core.runs.has(run) || core.finished.has(run) || core.retention.removed.has(run)) continue;
      note(core, { type: 'trouble', what: `record ${run}`, message: 'it appeared after the takeover: taken up' });
      readRun(core, meta.Path, meta.ModifyIndex, () => recallSpent(core));
    }
  });
}
