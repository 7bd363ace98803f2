/** Halts and limits: the two Variables that operators rule with. Both fail closed: what was not read is not absent. */

import { parseTime } from '../base/time.ts';
import type { Variable } from '../nomad/types.ts';
import { defaultLimits, parseLimits } from '../safety/limits.ts';
import { allRunsDirty, ask, deadline, freshMs, namespaces, note } from './core.ts';
import type { Core, HaltState, LimitsState } from './state.ts';
import type { Answer } from './types.ts';

export function createHalts(all: readonly string[]): Map<string, HaltState> {
  return new Map(
    all.map(namespace => [
      namespace,
      {
        state: 'unread',
        reason: '',
        readAt: Number.NEGATIVE_INFINITY,
        index: 0,
        reading: false,
        notBefore: Number.NEGATIVE_INFINITY,
        again: false,
        told: false,
      },
    ]),
  );
}

export function createLimits(): LimitsState {
  return { state: 'unread', limits: defaultLimits, problems: [] };
}

/** Takes a Variable under `control/`. */
export function controlChanged(core: Core, namespace: string, path: string, variable: Variable | undefined): void {
  const name = path.slice(core.config.prefix.length + '/control/'.length);
  // Right to the source: a delivery may be older than what the halt's own read said.
  if (name === 'halt') readHalt(core, namespace);
  else if (name === 'limits' && namespace === core.config.home) limitsChanged(core, variable);
}

function limitsChanged(core: Core, variable: Variable | undefined): void {
  const parsed = parseLimits(variable?.Items ?? undefined);
  const { limits } = core;
  limits.state = parsed.ok ? 'valid' : 'invalid';
  limits.problems = parsed.ok ? [] : parsed.problems;
  if (parsed.ok) limits.limits = parsed.limits;
  const message = limits.problems[0]?.message;
  note(core, { type: 'limits', valid: parsed.ok, ...(message === undefined ? {} : { message }) });
  allRunsDirty(core);
}

/** No limits Variable is there, and the list that says so was not silently denied: its marker was in it. The defaults hold. */
export function limitsAbsent(core: Core): void {
  if (core.limits.state !== 'unread') return;
  const watch = core.watches.get(`${core.config.home} control`);
  if (watch?.listed !== true || watch.marker !== 'there' || watch.known.has(`${watch.prefix}limits`)) return;
  core.limits.state = 'valid';
  allRunsDirty(core);
}

/** Between reads of a halt that may not be read. */
const deniedRetryMs = 10_000;

/** Reads a halt: now, and once more where a read is on its way that may have missed what changed. */
export function readHalt(core: Core, namespace: string): void {
  const halt = core.halts.get(namespace);
  if (halt === undefined) return;
  if (halt.reading) {
    halt.again = true;
    return;
  }
  halt.reading = true;
  halt.again = false;
  const path = `${core.config.prefix}/control/halt`;
  ask(core, '-', 'undo', { op: 'read-variable', namespace, path }, (answer, sentAt) =>
    haltRead(core, namespace, halt, answer, sentAt),
  );
}

function haltRead(core: Core, namespace: string, halt: HaltState, answer: Answer, sentAt: number): void {
  halt.reading = false;
  if (halt.again) {
    // Something changed while this was being read: only a read sent after that tells.
    readHalt(core, namespace);
    return;
  }
  if (answer.kind === 'ok') {
    const variable = answer.value as Variable | undefined;
    const index = variable?.ModifyIndex ?? answer.index;
    if (index < halt.index) {
      // A server that lags behind what was already read.
      note(core, {
        type: 'resync',
        kind: 'variables',
        reason: `halt of ${namespace}: index went back from ${halt.index} to ${index}`,
      });
      deadline(core, 'halt', namespace, 250);
      return;
    }
    halt.index = index;
    halt.readAt = sentAt;
    halt.state = variable === undefined ? 'absent' : 'present';
    halt.reason = variable?.Items?.['reason'] ?? '';
    const until = parseTime(variable?.Items?.['until'] ?? '');
    delete halt.until;
    if (until !== undefined) {
      halt.until = until;
      if (until > core.wall) deadline(core, 'halt', namespace, until - core.wall + 1);
    }
  } else if (answer.kind === 'refused' && answer.reason === 'denied') {
    halt.state = 'denied';
    note(core, {
      type: 'denied',
      what: `read ${namespace}:${core.config.prefix}/control/halt`,
      message: answer.message,
    });
    // Nothing else would tell that the right was given meanwhile.
    deadline(core, 'halt', namespace, deniedRetryMs);
  } else {
    note(core, { type: 'trouble', what: `halt of ${namespace}`, message: answer.message });
    halt.notBefore = core.mono + 1_000;
    deadline(core, 'halt', namespace, 1_000);
  }
  const is = halted(core, halt);
  if (is !== halt.told) {
    halt.told = is;
    note(core, { type: 'halt', namespace, halted: is, ...(halt.reason === '' ? {} : { reason: halt.reason }) });
    for (const [key, entry] of core.specs)
      if (namespace === core.config.home || entry.namespace === namespace) core.dirtySpecs.add(key);
  }
  allRunsDirty(core);
}

function halted(core: Core, halt: HaltState): boolean {
  return halt.state === 'present' && (halt.until === undefined || halt.until > core.wall);
}

function concerned(core: Core, namespace: string): readonly string[] {
  return [...new Set([core.config.home, namespace])];
}

/** Halts in force that concern a namespace: its own, and home's. */
export function haltsInForce(core: Core, namespace: string): readonly { namespace: string; reason: string }[] {
  return concerned(core, namespace).flatMap(each => {
    const halt = core.halts.get(each);
    return halt !== undefined && halted(core, halt) ? [{ namespace: each, reason: halt.reason }] : [];
  });
}

/**
 * Namespaces whose halt was not read within `oldestMs`, by default the five seconds that harm may rest on; reads of them
 * are under way when this answers any.
 */
export function haltsUnread(core: Core, namespace: string, oldestMs = freshMs): readonly string[] {
  return concerned(core, namespace).filter(each => {
    const halt = core.halts.get(each);
    if (halt !== undefined && halt.state !== 'unread' && halt.state !== 'denied' && core.mono - halt.readAt <= oldestMs)
      return false;
    if (halt?.reading !== true && core.mono >= (halt?.notBefore ?? 0)) readHalt(core, each);
    return true;
  });
}

/** Namespaces whose halt may not be read at all. */
export function haltsDenied(core: Core, namespace: string): readonly string[] {
  return concerned(core, namespace).filter(each => core.halts.get(each)?.state === 'denied');
}

/** While anything is in force, each halt that concerns it is read this often. */
const inForceMs = 2_000;

/** Reads the halts that open runs depend on, when due. */
export function tendHalts(core: Core): void {
  const wanted = new Set<string>();
  for (const entry of core.runs.values()) {
    if (entry.standing.state !== 'injecting' && entry.standing.state !== 'holding') continue;
    for (const each of concerned(core, entry.standing.run.namespace)) wanted.add(each);
  }
  let next = Number.POSITIVE_INFINITY;
  for (const each of wanted) {
    const halt = core.halts.get(each);
    if (halt === undefined) continue;
    const wait = halt.readAt + inForceMs - core.mono;
    if (wait <= 0 && !halt.reading) readHalt(core, each);
    next = Math.min(next, wait <= 0 ? inForceMs : wait);
  }
  if (wanted.size > 0) deadline(core, 'halts', '', next);
}

/** Every halt is read once before the controller says it is ready. */
export function haltsNotRead(core: Core): readonly string[] {
  return namespaces(core).filter(each => core.halts.get(each)?.state === 'unread');
}
