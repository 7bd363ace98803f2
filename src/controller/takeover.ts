/** A new leader first learns what its predecessors wrote down: every record, before any new run starts. */

import type { VariableMetadata } from '../nomad/types.ts';
import { acts, ask, deadline, note } from './core.ts';
import { readRun } from './restore.ts';
import { recordPath } from './runs.ts';
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
  if (!acts(core)) return;
  recallSpent(core);
  for (const watch of core.watches.values()) writeMarker(core, watch);
}
