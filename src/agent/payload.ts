/** The payload of a dispatch, judged as the agent judges it: what it would refuse is never sent. */

import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { parsePrefix } from '../base/address.ts';
import { parseTime } from '../base/time.ts';
import type { AgentPayload } from './types.ts';

/** Bytes that Nomad takes as the payload of a dispatch. */
const mostPayloadBytes = 16 * 1024;

const dayMs = 86_400_000;
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$/, 'allowed is an id');
const duration = z.int().min(0).max(dayMs);

const target = z.strictObject({
  alloc: z
    .string()
    .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'allowed is the id of an allocation'),
  task: z
    .string()
    .regex(/^[^\0/]{1,128}$/, 'allowed is the name of a task')
    .optional(),
});

const shape = z
  .strictObject({
    v: z.literal(1),
    run: id,
    intent: id,
    fault: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'allowed is the name of a fault'),
    params: z.record(z.string(), z.unknown()),
    targets: z.array(target),
    scope: z.enum(['alloc', 'node']),
    duration_ms: duration,
    lease_ms: duration,
    not_after: z
      .string()
      .refine(text => parseTime(text) !== undefined, 'allowed is a time such as 2026-11-24T10:00:00Z'),
    spare: z.array(z.string().refine(isPrefix, 'allowed is a prefix such as 10.0.0.0/8')),
    nomad: z.strictObject({
      addr: z.string().regex(/^(?:https?:\/\/[^/].*)?$/, 'allowed is an address such as http://127.0.0.1:4646'),
      ca: z.string().optional(),
      servers: z.array(z.string().regex(/^.+:\d{1,5}$/, 'allowed is HOST:PORT')),
    }),
  })
  .refine(({ scope, targets }) => (scope === 'alloc') === targets.length > 0, {
    path: ['targets'],
    message: 'scope alloc takes at least one, scope node none',
  })
  .refine(({ lease_ms, nomad }) => lease_ms === 0 || nomad.addr !== '', {
    path: ['lease_ms'],
    message: 'allowed is 0 without nomad.addr, where a leader would be asked for',
  });

function isPrefix(text: string): boolean {
  return text.includes('/') && parsePrefix(text) !== undefined;
}

export type PayloadRead =
  | { readonly ok: true; readonly payload: AgentPayload }
  /** Each names the key and what is allowed. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Judges a payload. */
export function readPayload(value: unknown): PayloadRead {
  const read = shape.safeParse(value);
  if (read.success) {
    const size = utf8ToBytes(JSON.stringify(read.data)).length;
    if (size <= mostPayloadBytes) return { ok: true, payload: read.data as AgentPayload };
    return { ok: false, problems: [`payload: ${size} bytes, at most ${mostPayloadBytes} are allowed`] };
  }
  return { ok: false, problems: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
}
