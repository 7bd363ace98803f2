/** `PUT /v1/job/ID/dispatch`: a child of a parameterized job. */

import { dispatchJob } from '../dispatch.ts';
import { Refusal } from '../failure.ts';
import { type Answer, type Call, fields, need, numberOf, param, textOf } from '../route.ts';
import { checkRegistrations } from '../scheduler-config.ts';

/** Fields that are read, with Go's type of each. */
const types = {
  Payload: { kind: 'string', go: '[]uint8' },
  Meta: { kind: 'object', go: 'map[string]string' },
  IdPrefixTemplate: { kind: 'string', go: 'string' },
  Priority: { kind: 'number', go: 'int' },
  JobID: { kind: 'string', go: 'string' },
} as const;

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function mismatch(found: string, field: string, go: string): Refusal {
  return new Refusal(
    400,
    `json: cannot unmarshal ${found} into Go struct field JobDispatchRequest.${field} of type ${go}`,
  );
}

/** Refuses (400) what Go could not put into its struct. */
function checkTypes(body: Readonly<Record<string, unknown>>): void {
  for (const [field, { kind, go }] of Object.entries(types)) {
    const value = body[field] ?? null;
    if (value === null) continue;
    if (kindOf(value) !== kind) throw mismatch(kindOf(value), field, go);
    if (kind === 'number' && !Number.isInteger(value)) throw mismatch(`number ${String(value)}`, field, go);
  }
}

/** Texts by their keys; none is an empty one. */
function metaOf(given: unknown): Readonly<Record<string, string>> {
  const meta: Record<string, string> = {};
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value !== null && typeof value !== 'string') throw mismatch(kindOf(value), 'Meta', 'string');
    meta[key] = value ?? '';
  }
  return meta;
}

/** A payload in base64, without line breaks; refuses (400) any other text. */
function payloadOf(given: unknown): string {
  const text = textOf(given).replace(/[\r\n]/g, '');
  const whole = text.length - (text.length % 4);
  const wrong = /[^A-Za-z0-9+/=]/.exec(text)?.index ?? (whole === text.length ? -1 : whole);
  if (wrong >= 0) throw new Refusal(400, `illegal base64 data at input byte ${wrong}`);
  return text;
}

/** Its body is read before it is asked who may; all else comes after. */
export function dispatch(call: Call): Answer {
  const body = fields(call);
  const id = param(call, 'id');
  checkTypes(body);
  const [payload, meta] = [payloadOf(body['Payload']), metaOf(body['Meta'])];
  if (![undefined, null, '', id].includes(body['JobID'] as string | null | undefined))
    throw new Refusal(400, 'Job ID does not match');
  need(call, 'dispatch-job');
  checkRegistrations(call.cluster, call.access);
  const { child, evalId, evalIndex, createIndex, index } = dispatchJob(call.cluster, call.namespace, id, {
    payload,
    meta,
    idPrefix: textOf(body['IdPrefixTemplate']),
    priority: numberOf(body['Priority']) ?? 0,
    token: call.query['idempotency_token'] ?? '',
  });
  const answer = { DispatchedJobID: child, EvalID: evalId, EvalCreateIndex: evalIndex };
  return { body: { ...answer, JobCreateIndex: createIndex, Index: index }, index };
}
