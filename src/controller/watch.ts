/**
 * Variables under a prefix, by blocking queries. A list gives only paths and indexes: what changed is read, and handed to
 * its owner. A prefix without its marker may be denied or empty, and then every write anywhere would wake the query.
 */

import type { Variable, VariableMetadata } from '../nomad/types.ts';
import { acts, ask, callTimeoutMs, deadline, namespaces, note } from './core.ts';
import type { Core, WatchedKind, WatchState } from './state.ts';
import type { Answer } from './types.ts';

const waitMs = 60_000;
/** Nomad adds up to a sixteenth to the wait; a blocking query has its wait and ten seconds. */
const waitTimeoutMs = waitMs + waitMs / 16 + 10_000;
/** Between polls where a blocking query would be woken by everything, or there are too many watches. */
const pollMs = 2_000;
/** Blocking queries to one agent, at most: beyond them prefixes are polled. */
export const maxBlocking = 60;
const retryMs = 1_000;
const laggedMs = 250;

/** Prefixes of each namespace that this release reads. */
export const watchedKinds: readonly WatchedKind[] = ['schedule', 'control', 'requests', 'experiments'];
/** A controller for one run takes no schedules. */
const kindsForOne: readonly WatchedKind[] = ['control', 'requests'];

export function startWatches(core: Core): void {
  const all = namespaces(core);
  // Kind by kind: where there are too many, it is experiments that are polled.
  for (const kind of core.config.only === undefined ? watchedKinds : kindsForOne) {
    for (const namespace of all) {
      const prefix = `${core.config.prefix}/${kind}/`;
      const blocking = core.watches.size < maxBlocking;
      const watch: WatchState = {
        namespace,
        kind,
        prefix,
        known: new Map(),
        gone: new Set(),
        asked: new Map(),
        index: 0,
        listed: false,
        listing: false,
        reading: new Set(),
        unread: new Set(),
        marker: 'unknown',
        marked: false,
        blocking,
        failures: 0,
      };
      core.watches.set(`${namespace} ${kind}`, watch);
      list(core, watch);
    }
  }
}

/** Whether the first look at everything is complete. */
export function watchesReady(core: Core): readonly string[] {
  return [...core.watches.values()]
    .filter(watch => !watch.listed || watch.reading.size > 0)
    .map(watch => `${watch.namespace}:${watch.prefix}`);
}

export function tendWatch(core: Core, key: string): void {
  const watch = core.watches.get(key);
  if (watch !== undefined) list(core, watch);
}

function list(core: Core, watch: WatchState): void {
  if (watch.listing) return;
  watch.listing = true;
  const { namespace, prefix } = watch;
  const index = watch.blocking && watch.listed && watch.marker === 'there' ? watch.index : 0;
  const call = { op: 'list-variables', namespace, prefix, index, waitMs: index > 0 ? waitMs : 0 } as const;
  ask(core, '-', 'watch', call, answer => listed(core, watch, index, answer), {
    timeoutMs: index > 0 ? waitTimeoutMs : callTimeoutMs,
  });
}

function listed(core: Core, watch: WatchState, asked: number, answer: Answer): void {
  watch.listing = false;
  const key = `${watch.namespace} ${watch.kind}`;
  if (answer.kind !== 'ok') {
    watch.failures += 1;
    const what = `watch ${watch.namespace}:${watch.prefix}`;
    if (answer.kind === 'refused' && answer.reason === 'denied')
      note(core, { type: 'denied', what, message: answer.message });
    else note(core, { type: 'trouble', what, message: answer.message });
    deadline(core, 'watch', key, Math.min(30_000, retryMs * watch.failures));
    return;
  }
  watch.failures = 0;
  if (answer.index < watch.index) {
    // A server that is catching up, or one restored from a snapshot: old news is dropped, and asked for again.
    note(core, { type: 'resync', kind: 'variables', reason: `index went back from ${watch.index} to ${answer.index}` });
    if (asked === 0) watch.index = answer.index;
    deadline(core, 'watch', key, retryMs);
    return;
  }
  watch.index = answer.index;
  apply(core, watch, Array.isArray(answer.value) ? (answer.value as VariableMetadata[]) : []);
  watch.listed = true;
  if (watch.marker === 'there' && watch.blocking) list(core, watch);
  else deadline(core, 'watch', key, pollMs);
}

function apply(core: Core, watch: WatchState, metas: readonly VariableMetadata[]): void {
  const found = new Set<string>();
  const marker = `${watch.prefix}_`;
  for (const meta of metas) {
    found.add(meta.Path);
    watch.gone.delete(meta.Path);
    watch.asked.delete(meta.Path);
    if (watch.known.get(meta.Path) === meta.ModifyIndex) continue;
    watch.known.set(meta.Path, meta.ModifyIndex);
    if (meta.Path !== marker) readVariable(core, watch, meta.Path);
  }
  // A list that lost its marker may be a denied one, which looks empty: it proves no deletion.
  const proves = found.has(marker) || !watch.marked;
  for (const path of proves ? watch.known.keys() : []) {
    if (found.has(path)) continue;
    watch.known.delete(path);
    watch.unread.delete(path);
    if (path === marker) continue;
    if (found.has(marker)) noteGone(watch, path);
    deliver(core, watch, path, undefined);
  }
  if (!proves) {
    const message = 'the marker is gone: denied, or deleted';
    note(core, { type: 'trouble', what: `watch ${watch.namespace}:${watch.prefix}`, message });
  }
  if (found.has(marker)) {
    watch.marker = 'there';
    watch.marked = true;
  } else if (watch.marker !== 'writing') watch.marker = 'missing';
  if (watch.marker === 'missing') writeMarker(core, watch);
}

/** As many as deletions that still matter to an open run. */
const mostGone = 1_000;

function noteGone({ gone }: WatchState, path: string): void {
  gone.add(path);
  if (gone.size <= mostGone) return;
  const [oldest] = gone;
  if (oldest !== undefined) gone.delete(oldest);
}

/**
 * Whether a path that is not listed is known to have been deleted: it was listed before, or was there as of an index, and
 * a list that is as new lacks it. An older list may not hold it yet; one without the marker may be a denied one.
 */
export function isDeleted({ gone, marker, listed, index }: WatchState, path: string, asOf?: number): boolean {
  return gone.has(path) || (listed && marker === 'there' && asOf !== undefined && index >= asOf);
}

/** Puts the marker in, or back: only the controller that acts writes. */
export function writeMarker(core: Core, watch: WatchState): void {
  if (!acts(core) || watch.marker !== 'missing') return;
  watch.marker = 'writing';
  const call = {
    op: 'write-variable',
    namespace: watch.namespace,
    path: `${watch.prefix}_`,
    items: { v: '1' },
    cas: 0,
  } as const;
  ask(core, '-', 'status', call, answer => {
    watch.marker = 'missing';
    if (answer.kind === 'ok') note(core, { type: 'write', kind: 'marker' });
    else if (answer.kind === 'refused' && answer.reason === 'denied') {
      note(core, { type: 'denied', what: `write ${watch.namespace}:${watch.prefix}`, message: answer.message });
    }
    deadline(core, 'watch', `${watch.namespace} ${watch.kind}`, answer.kind === 'ok' ? 0 : pollMs);
  });
}

function readVariable(core: Core, watch: WatchState, path: string): void {
  if (watch.reading.has(path)) return;
  watch.reading.add(path);
  watch.unread.delete(path);
  const asked = watch.known.get(path) ?? 0;
  ask(core, '-', 'read', { op: 'read-variable', namespace: watch.namespace, path }, answer => {
    watch.reading.delete(path);
    const wanted = watch.known.get(path);
    if (wanted === undefined) return;
    if (answer.kind !== 'ok') {
      note(core, {
        type: answer.kind === 'refused' && answer.reason === 'denied' ? 'denied' : 'trouble',
        what: `read ${watch.namespace}:${path}`,
        message: answer.message,
      });
      watch.unread.add(path);
      deadline(core, 'watch-again', `${watch.namespace} ${watch.kind}`, retryMs);
      return;
    }
    const variable = answer.value as Variable | undefined;
    const got = variable?.ModifyIndex ?? 0;
    if (Math.max(got, variable === undefined ? answer.index : 0) >= wanted) {
      if (variable !== undefined) watch.known.set(path, got);
      deliver(core, watch, path, variable);
      if (wanted !== asked && got < wanted) readVariable(core, watch, path);
    } else {
      // Older than the list: a server that lags.
      watch.unread.add(path);
      deadline(core, 'watch-again', `${watch.namespace} ${watch.kind}`, laggedMs);
    }
  });
}

/** Reads again what could not be read. */
export function readAgain(core: Core, key: string): void {
  const watch = core.watches.get(key);
  if (watch === undefined) return;
  for (const path of [...watch.unread]) readVariable(core, watch, path);
}

function deliver(core: Core, watch: WatchState, path: string, variable: Variable | undefined): void {
  core.handlers[watch.kind](core, watch.namespace, path, variable);
}
