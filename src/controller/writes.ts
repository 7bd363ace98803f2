/** The budget of Raft writes: a token bucket. Records always go, and are counted; statuses wait for what records leave. */

import { answerAgain, deadline } from './core.ts';
import type { Core, WriteState } from './state.ts';

const perSecond = 20;
const burst = 40;
/** Statuses leave this many for claims and intents. */
const reserve = 10;

export function createWrites(mono: number): WriteState {
  return { tokens: burst, at: mono, waiting: new Set() };
}

function refill(core: Core): void {
  const { writes } = core;
  writes.tokens = Math.min(burst, writes.tokens + ((core.mono - writes.at) * perSecond) / 1000);
  writes.at = core.mono;
}

/** Counts a write of a record: never refused, since harm and undoing wait for it. */
export function spendRecordWrite(core: Core): void {
  refill(core);
  core.writes.tokens -= 1;
}

/** Whether the answer to this schedule or request may be written now; when not, it is looked at again in its turn. */
export function spendStatusWrite(core: Core, key: string): boolean {
  refill(core);
  const { writes } = core;
  if (writes.tokens >= reserve + 1) {
    writes.waiting.delete(key);
    writes.tokens -= 1;
    return true;
  }
  writes.waiting.add(key);
  tellWaiting(core);
  return false;
}

/** Whether a write that may wait for all others may be made now: only where none waits, and much is left for what comes. */
export function spendSpareWrite(core: Core): boolean {
  refill(core);
  const { writes } = core;
  if (writes.waiting.size > 0 || writes.tokens < burst / 2) return false;
  writes.tokens -= 1;
  return true;
}

function tellWaiting(core: Core): void {
  const missing = reserve + 1 - core.writes.tokens;
  deadline(core, 'statuses', '', Math.max(1, Math.ceil((missing * 1000) / perSecond)));
}

/** Looks at as many waiting schedules as there are tokens for, those that waited longest first. */
export function dueStatuses(core: Core): void {
  refill(core);
  let left = Math.floor(core.writes.tokens - reserve);
  for (const key of core.writes.waiting) {
    if (left <= 0) break;
    left -= 1;
    core.writes.waiting.delete(key);
    answerAgain(core, key);
  }
  if (core.writes.waiting.size > 0) tellWaiting(core);
}
