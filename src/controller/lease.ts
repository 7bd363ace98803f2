/** Leadership: one Variable's lock, renewed every three seconds, given back on a stop. */

import type { Variable } from '../nomad/types.ts';
import { allRunsDirty, ask, deadline, holdsLease, lockDelayMs, lockPath, lockTtlMs, note } from './core.ts';
import { dropRuns } from './runs.ts';
import type { Core, LeaseState } from './state.ts';
import { takeOver } from './takeover.ts';
import type { Answer } from './types.ts';

const renewEveryMs = 3_000;
/** Between tries to take a lock that another holds; a graceful release wakes us at once. */
const acquireEveryMs = 3_000;
/** A failed renewal is tried again at once, but not faster than this. */
const retryMs = 250;

export function createLease(): LeaseState {
  return { phase: 'idle', lock: '', term: 0, renewedAt: 0, acquiredAt: 0, renewing: false, loaded: false };
}

/** Looks at what the lease needs now: called at its deadline and when the lock's Variable changed. */
export function tendLease(core: Core): void {
  const { lease } = core;
  if (lease.phase === 'idle' && core.stop === undefined) acquire(core);
  else if (lease.phase === 'held' && !lease.renewing) {
    const wait = lease.renewedAt + renewEveryMs - core.mono;
    if (wait > 0) deadline(core, 'lease', '', wait);
    else renew(core);
  }
}

function acquire(core: Core): void {
  const { lease, config } = core;
  lease.phase = 'acquiring';
  const call = {
    op: 'lock-acquire',
    namespace: config.home,
    path: lockPath(core),
    items: { holder: config.name },
    ttl: `${lockTtlMs / 1000}s`,
    delay: `${lockDelayMs / 1000}s`,
  } as const;
  ask(core, '-', 'lock', call, (answer, sentAt) => acquired(core, answer, sentAt));
}

function acquired(core: Core, answer: Answer, sentAt: number): void {
  const { lease } = core;
  if (lease.phase !== 'acquiring') return;
  const held = answer.kind === 'ok' ? lockOf(answer.value) : undefined;
  if (answer.kind !== 'ok' || held === undefined) {
    lease.phase = 'idle';
    if (answer.kind === 'refused' && answer.reason === 'denied') {
      note(core, { type: 'denied', what: 'lock', message: answer.message });
    } else if (answer.kind === 'ambiguous' || (answer.kind === 'refused' && answer.reason !== 'conflict')) {
      note(core, { type: 'trouble', what: 'lock', message: answer.message });
    }
    if (core.stop !== undefined) release(core);
    else deadline(core, 'lease', '', acquireEveryMs);
    return;
  }
  lease.phase = 'held';
  lease.lock = held.id;
  lease.term = held.term;
  lease.renewedAt = sentAt;
  lease.acquiredAt = core.mono;
  lease.renewing = false;
  lease.loaded = false;
  note(core, { type: 'leader', leading: true, term: lease.term, reason: 'lock acquired' });
  deadline(core, 'lease', '', sentAt + renewEveryMs - core.mono);
  if (core.stop !== undefined) release(core);
  else takeOver(core);
}

function lockOf(value: unknown): { id: string; term: number } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Lock, ModifyIndex: term } = value as Partial<Variable>;
  const id = Lock?.ID;
  if (id === undefined || id === '' || term === undefined) return undefined;
  return { id, term };
}

function renew(core: Core): void {
  const { lease, config } = core;
  lease.renewing = true;
  const { lock } = lease;
  ask(core, '-', 'lock', { op: 'lock-renew', namespace: config.home, path: lockPath(core), lock }, (answer, sentAt) => {
    if (lease.phase !== 'held' || lease.lock !== lock) return;
    lease.renewing = false;
    if (answer.kind === 'ok') {
      const lapsed = !holdsLease(core);
      lease.renewedAt = Math.max(lease.renewedAt, sentAt);
      deadline(core, 'lease', '', lease.renewedAt + renewEveryMs - core.mono);
      if (lapsed) {
        allRunsDirty(core);
        for (const key of core.specs.keys()) core.dirtySpecs.add(key);
      }
    } else if (answer.kind === 'refused' && answer.reason === 'conflict') {
      lose(core, `the lock is no longer ours: ${answer.message}`);
      deadline(core, 'lease', '', acquireEveryMs);
    } else {
      note(core, { type: 'trouble', what: 'lock', message: answer.message });
      deadline(core, 'lease', '', retryMs);
    }
  });
}

function lose(core: Core, reason: string): void {
  core.lease.phase = core.stop === undefined ? 'idle' : 'released';
  core.lease.loaded = false;
  core.lease.lock = '';
  note(core, { type: 'leader', leading: false, term: core.lease.term, reason });
  dropRuns(core);
  leaveIfDone(core, reason);
}

/** Gives the lock back so that another takes over at once. */
export function release(core: Core): void {
  const { lease, config } = core;
  if (lease.phase === 'held') {
    lease.phase = 'releasing';
    note(core, { type: 'leader', leading: false, term: lease.term, reason: 'released' });
    dropRuns(core);
    ask(
      core,
      '-',
      'lock',
      { op: 'lock-release', namespace: config.home, path: lockPath(core), lock: lease.lock },
      answer => {
        lease.phase = 'released';
        if (answer.kind !== 'ok')
          note(core, { type: 'trouble', what: 'lock', message: `not released: ${answer.message}` });
        leaveIfDone(core, 'released the lock');
      },
    );
  } else if (lease.phase === 'idle') {
    lease.phase = 'released';
    leaveIfDone(core, 'held no lock');
  }
}

function leaveIfDone(core: Core, reason: string): void {
  if (core.stop !== undefined && core.lease.phase === 'released') core.out.push({ kind: 'exit', reason });
}
