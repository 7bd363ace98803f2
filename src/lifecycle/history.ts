/**
 * What is kept of a run when its full record is not any more: a summary, by the run's id, in a Variable of its month.
 * Items: `v`, and for each run its id with JSON in the words of the Variables.
 */

import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { formatDuration } from '../base/duration.ts';
import { formatTime } from '../base/time.ts';
import { faultOf, mayBeInForce, type Run } from './run.ts';

/** Bytes of one summary at most. */
export const summaryLimit = 2_048;
/** Summaries of one Variable at most, and its bytes: Nomad takes 64 KiB, keys and values together. */
export const summariesLimit = 100;
export const historyLimit = 56 * 1_024;

/** So many faults are named, and so many letters of a message kept. */
const mostFaults = 12;
const mostLetters = 300;

const version = '1';

const summary = z.object({
  namespace: z.string(),
  schedule: z.string(),
  faults: z.array(z.string()),
  tick: z.string(),
  done: z.string(),
  verdict: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  recovery: z.string().optional(),
  targets: z.number(),
  spec_hash: z.string(),
  request: z.string().optional(),
  /** How many calls ended in each state of their undo. */
  undo: z.record(z.string(), z.number()).optional(),
});

export type RunSummary = z.infer<typeof summary> & { readonly run: string };

/** The folder of the history; a month's Variables in it begin with `<yyyymm>-`. */
export function historyPrefix(prefix: string): string {
  return `${prefix}/history/`;
}

/** The month that a run's summary belongs to, by its end: `202611`. */
export function monthOf(doneAt: number): string {
  return formatTime(doneAt).slice(0, 7).replace('-', '');
}

/** The number in the path of a history Variable of that month; undefined: it is none. */
export function numberIn(path: string, prefix: string, month: string): number | undefined {
  const start = `${historyPrefix(prefix)}${month}-`;
  const rest = path.startsWith(start) ? path.slice(start.length) : '';
  return /^[1-9]\d{0,8}$/.test(rest) ? Number(rest) : undefined;
}

/** Bytes as Nomad counts them. */
function bytesOf(text: string): number {
  return utf8ToBytes(text).length;
}

/** The summary of a run that is over, within its limit whatever the run holds. */
export function summaryText(run: Run): string {
  const faults = [...new Set([run.fault, ...run.intents.map(each => faultOf(run, each))])].slice(0, mostFaults);
  const undo: Record<string, number> = {};
  for (const intent of run.intents) {
    if (intent.undo === undefined || !mayBeInForce(intent)) continue;
    const state = intent.undoState ?? 'pending';
    undo[state] = (undo[state] ?? 0) + 1;
  }
  const kept = {
    namespace: run.namespace,
    schedule: run.schedule,
    faults,
    tick: formatTime(run.tick),
    done: formatTime(run.doneAt ?? run.claimedAt),
    ...(run.verdict === undefined ? {} : { verdict: run.verdict }),
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    ...(run.recoveryMs === undefined ? {} : { recovery: formatDuration(run.recoveryMs) }),
    targets: run.intents.length,
    spec_hash: run.specHash,
    ...(run.request === undefined ? {} : { request: run.request.id }),
    ...(Object.keys(undo).length === 0 ? {} : { undo }),
  };
  for (let letters = mostLetters; run.message !== undefined && letters > 0; letters = Math.floor(letters / 2)) {
    const text = JSON.stringify({ ...kept, message: Array.from(run.message).slice(0, letters).join('') });
    if (bytesOf(text) <= summaryLimit) return text;
  }
  const text = JSON.stringify(kept);
  // Names are bounded where they come from; a record that somebody else wrote may hold anything.
  return bytesOf(text) <= summaryLimit ? text : JSON.stringify(bounded(kept));
}

function bounded(kept: Omit<z.infer<typeof summary>, 'message'>): object {
  const cut = (text: string) => Array.from(text).slice(0, 60).join('');
  return {
    namespace: cut(kept.namespace),
    schedule: cut(kept.schedule),
    faults: kept.faults.slice(0, 1).map(cut),
    tick: kept.tick,
    done: kept.done,
    ...(kept.verdict === undefined ? {} : { verdict: kept.verdict }),
    ...(kept.reason === undefined ? {} : { reason: cut(kept.reason) }),
    targets: kept.targets,
    spec_hash: cut(kept.spec_hash),
    ...(kept.undo === undefined ? {} : { undo: kept.undo }),
  };
}

/** An empty history Variable. */
export function emptyHistory(): Readonly<Record<string, string>> {
  return { v: version };
}

/** The items with one more summary; undefined where there is no room for it. */
export function withSummary(
  items: Readonly<Record<string, string>>,
  run: string,
  text: string,
): Readonly<Record<string, string>> | undefined {
  if (Object.keys(items).length > summariesLimit) return undefined;
  const more = { ...items, [run]: text };
  const bytes = Object.entries(more).reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
  return bytes > historyLimit ? undefined : more;
}

/** Whether the items hold that run's summary. */
export function holdsRun(items: Readonly<Record<string, string>>, run: string): boolean {
  return Object.hasOwn(items, run);
}

/** Whether this release may add to a history Variable: one of another release is left as it is. */
export function isOurHistory(items: Readonly<Record<string, string>>): boolean {
  return items['v'] === version;
}

/** The summaries of a history Variable; what can't be read is left out. Never throws. */
export function readSummaries(items: Readonly<Record<string, string>>): readonly RunSummary[] {
  return Object.entries(items).flatMap(([run, text]) => {
    if (run === 'v') return [];
    const parsed = summary.safeParse(parseJson(text));
    return parsed.success ? [{ run, ...parsed.data }] : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
