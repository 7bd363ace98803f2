/** The few words with which the fold's parts ask the world for something, and what all of them may ask of the state. */

import { isGlob } from '../base/glob.ts';
import type { Call, Note, Priority } from '../lifecycle/effects.ts';
import type { Intent } from '../lifecycle/run.ts';
import { jobOf } from '../lifecycle/target.ts';
import { asksOfNodes } from '../targeting/patterns.ts';
import type { Continuation, Core } from './state.ts';

/** Milliseconds that any call to Nomad may take, unless it says otherwise. */
export const callTimeoutMs = 4_000;
export const lockTtlMs = 10_000;
export const lockDelayMs = 1_000;
/** Twice the TTL and the delay: a holder that froze may have sent its last call within it. */
export const takeoverWindowMs = 2 * lockTtlMs + lockDelayMs;
/** How old what harm rests on may be: halt, targets, and the acknowledged intent. */
export const freshMs = 5_000;

/**
 * Asks the world for a call; its answer comes to `then` in a later step, exactly once. `notAfter`: the monotonic instant
 * past which it must not leave any more.
 */
export function ask(
  core: Core,
  owner: string,
  priority: Priority,
  call: Call,
  then: Continuation,
  { timeoutMs = callTimeoutMs, notAfter }: { timeoutMs?: number; notAfter?: number } = {},
): void {
  core.calls += 1;
  const id = `${owner}/${core.calls}`;
  core.pending.set(id, then);
  core.out.push({ kind: 'call', id, priority, call, timeoutMs, ...(notAfter === undefined ? {} : { notAfter }) });
}

/** Tells people something. */
export function note(core: Core, each: Note): void {
  core.out.push({ kind: 'note', note: each });
}

/** Every namespace whose schedules this controller takes: the managed ones and home. */
export function namespaces(core: Core): readonly string[] {
  return [...new Set([core.config.home, ...core.config.namespaces])];
}

/** Sets the deadline of a concern, told apart by the first word of its key; it takes the place of an earlier one. */
export function deadline(core: Core, concern: string, key: string, inMs: number): void {
  core.deadlines.set(`${concern} ${key}`, core.mono + Math.max(0, inMs));
}

/** Looks at a run again in so many milliseconds, or when it was to be looked at anyway. */
export function lookAgain(core: Core, run: string, inMs: number): void {
  core.deadlines.sooner(`run ${run}`, core.mono + Math.max(0, inMs));
}

/** A call may be applied so long after an ambiguous end. */
export const lateWriteMs = 90_000;

/**
 * Until when an intent that may have been sent must be watched for a late application, milliseconds since the epoch: a
 * call that carries an index may still win late, as long as nothing else changed its object.
 */
export function lateUntil(core: Core, { undo }: Pick<Intent, 'undo'>): { readonly watchUntil?: number } {
  return undo === undefined ? {} : { watchUntil: core.wall + lateWriteMs };
}

/** The Variable whose lock makes a leader. */
export function lockPath(core: Core): string {
  return `${core.config.prefix}/control/leader`;
}

/**
 * Monotonic end of the lease: one TTL after its last successful renewal was sent, though Nomad would hold the lock for
 * longer: what is checked against it can't outlive it.
 */
export function leaseEnd(core: Core): number {
  return core.lease.phase === 'held' ? core.lease.renewedAt + lockTtlMs : Number.NEGATIVE_INFINITY;
}

/** The lease holds at this very tick. */
export function holdsLease(core: Core): boolean {
  return core.mono < leaseEnd(core);
}

/** This controller is the one that acts: it holds the lease and knows every open run. */
export function acts(core: Core): boolean {
  return holdsLease(core) && core.lease.loaded;
}

/** Every record was read: nothing new may begin beside one that was not, since what it holds is not known. */
export function knowsAll(core: Core): boolean {
  return core.unread.size === 0;
}

/** Schedules that listen look again at what has happened. */
export function listenAgain(core: Core): void {
  for (const key of core.listeners.keys()) core.dirtySpecs.add(key);
}

/** Open runs that concern a job are looked at again: those that hit it, and those whose target may mean it; and who listens to it. */
export function jobChanged(core: Core, namespace: string, job: string): void {
  for (const [key, listener] of core.listeners)
    if (listener.namespace === namespace && listener.job?.(job) === true) core.dirtySpecs.add(key);
  for (const { id, standing } of core.runs.values()) {
    const { run } = standing;
    const target = run.experiment.target.job;
    const mayMean = run.namespace === namespace && target !== undefined && (target === job || isGlob(target));
    // Of a record that can't be read whole only the intents tell what it hit.
    const hits = run.intents.some(each => {
      const hit = jobOf(each.target);
      return hit?.namespace === namespace && hit.job === job;
    });
    if (mayMean || hits) core.dirtyRuns.add(id);
  }
}

/** Open runs that concern nodes are looked at again, and who listens to them. */
export function nodesChanged(core: Core): void {
  for (const [key, listener] of core.listeners) if (listener.job === undefined) core.dirtySpecs.add(key);
  for (const { id, standing } of core.runs.values()) {
    const { target } = standing.run.experiment;
    // The controllers' own job is read as nodes are: for faults on nodes.
    if (target.job === undefined || asksOfNodes(target)) core.dirtyRuns.add(id);
  }
}

/** Requests that wait for a run's record are looked at again. */
export function recordWritten(core: Core, run: string): void {
  for (const [key, { waitsOn }] of core.requests) if (waitsOn === run) core.dirtyRequests.add(key);
}

/** What is answered under this key, a schedule or a request, is looked at again. No schedule's key holds a blank. */
export function answerAgain(core: Core, key: string): void {
  (key.includes(' ') ? core.dirtyRequests : core.dirtySpecs).add(key);
}

/** Every open run is looked at again. */
export function allRunsDirty(core: Core): void {
  for (const id of core.runs.keys()) core.dirtyRuns.add(id);
}
