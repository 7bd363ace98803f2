/** The budget of Raft writes: a token bucket. Records always go, and are counted; statuses wait for what records leave. */

import { deadline } from './core.ts';
import type { Core, WriteState } from './state.ts';

const perSecond = 20;
const burst = 40;
/** Statuses leave this many for claims and intents. */
const reserve = 10;

export function createWrites(mono: number): WriteState {
  return { tokens: burst, at: mono };
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

/** Whether a status may be written now; when not, `concern key` is due again when it may. */
export function spendStatusWrite(core: Core, concern: string, key: string): boolean {
  refill(core);
  if (core.writes.tokens >= reserve + 1) {
    core.writes.tokens -= 1;
    return true;
  }
  deadline(core, concern, key, Math.ceil(((reserve + 1 - core.writes.tokens) * 1000) / perSecond));
  return false;
}
