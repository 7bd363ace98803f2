/** Results of probes in one form: small, and never a pass by default. */

import { brief } from '../base/brief.ts';
import { formatDuration } from '../base/duration.ts';
import type { ProbeAnswer, ProbeResult } from './probe.ts';

export interface Measured {
  readonly latencyMs?: number;
  readonly value?: number;
}

/** What was seen, and why it is not as expected; `why` absent: it is. */
export function judged(observed: string, why: string | undefined, measured: Measured = {}): ProbeResult {
  const seen = { observed: brief(observed), ...measured };
  return why === undefined ? { ok: true, ...seen } : { ok: false, ...seen, why: brief(why) };
}

/** There was no answer, or one to another question. */
export function unanswered(answer: ProbeAnswer): ProbeResult {
  if (answer.kind !== 'failed') {
    const why = `the answer is one to another kind of question (${answer.kind})`;
    return { ok: false, observed: 'no answer', why, failed: 'invalid' };
  }
  const { reason, message } = answer;
  return { ok: false, observed: brief(`no answer: ${reason}`), why: brief(message), failed: reason };
}

/** `200 in 12ms`. */
export function statusIn(status: number, latencyMs: number): string {
  return `${status} in ${formatDuration(latencyMs)}`;
}
