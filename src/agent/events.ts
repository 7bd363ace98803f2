/** What the agent's tasks wrote to their logs. */

import { z } from 'zod';
import type { AgentEvent, AgentWord } from './types.ts';

/** In the order of `agents/contract/events.json`. */
export const agentWords: readonly AgentWord[] = [
  'begun',
  'already',
  'journaled',
  'changed',
  'acted',
  'in_force',
  'evidence',
  'deadline',
  'terminated',
  'lease_lost',
  'worker_lost',
  'undone',
  'gone',
  'difference',
  'reverted',
  'failed',
];

/** Exit codes of the agent, as `agents/contract/exit-codes.json` has them. */
export const agentCodes: Readonly<Record<number, string>> = {
  0: 'done',
  64: 'bad_payload',
  69: 'not_supported',
  70: 'bug',
  73: 'stuck',
  75: 'too_late',
  77: 'no_rights',
  78: 'conflict',
};

const line = z.object({
  v: z.literal(1),
  time: z.string(),
  task: z.string(),
  run: z.string().optional(),
  intent: z.string().optional(),
  fault: z.string().optional(),
  event: z.enum(agentWords as [AgentWord, ...AgentWord[]]),
  words: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  code: z.int().optional(),
});

export interface EventsRead {
  readonly events: readonly AgentEvent[];
  /** Lines that are no event: something else wrote them. A last line without its end is left out, and not counted. */
  readonly strange: number;
}

/** The events of a log. */
export function readEvents(text: string): EventsRead {
  const lines = text.split('\n').slice(0, -1);
  const events = lines.flatMap(each => eventOf(each) ?? []);
  return { events, strange: lines.filter(each => each.trim() !== '').length - events.length };
}

function eventOf(text: string): AgentEvent | undefined {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
