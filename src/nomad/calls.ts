/** The core's calls: the request of each (`requestOf`), and what came of it, with Nomad's JSON where it is what was asked for. */

import type { Answer } from '../controller/types.ts';
import type { Call } from '../lifecycle/effects.ts';
import { describe, wordsOf } from './outcome.ts';
import { requestOf } from './requests.ts';
import type { NomadResponse, Outcome } from './types.ts';

export { requestOf };

/**
 * The answer to a call. A Variable that doesn't exist is read as `ok` without a value; a compare-and-set that lost is a
 * conflict with the Variable as it is (blank: it is locked). A 2xx whose body is not what was asked for is no success:
 * something other than Nomad answered.
 */
export function answerOf(call: Call, outcome: Outcome): Answer {
  if (outcome.kind === 'ok') return okAnswer(call, outcome.response);
  const message = describe(outcome, requestOf(call));
  if (outcome.kind === 'ambiguous') return { kind: 'ambiguous', message };
  // The lock went with its Variable: who held it holds nothing.
  const lost = (call.op === 'lock-renew' || call.op === 'lock-release') && outcome.reason === 'not-found';
  return { kind: 'refused', reason: lost ? 'conflict' : outcome.reason, message };
}

function okAnswer(call: Call, response: NomadResponse): Answer {
  const { status, index, body } = response;
  const said = `${status} ${wordsOf(response)}`;
  if (status === 404) return missing(call, response, said);
  if (status === 409) {
    const value = isObject(body) ? { value: body } : {};
    const held = call.op === 'lock-acquire' && isObject(body) ? '409 the lock is held by another' : said;
    return { kind: 'refused', reason: 'conflict', message: inWords(call, held), ...value };
  }
  if (call.op === 'scheduler-configure' && isObject(body) && body['Updated'] !== true) {
    // A compare-and-set that lost is answered with 200.
    const message = inWords(call, 'the configuration was changed meanwhile');
    return { kind: 'refused', reason: 'conflict', message };
  }
  switch (shapeOf(call)) {
    case 'nothing':
      return { kind: 'ok', index };
    case 'anything':
      return { kind: 'ok', index, value: body };
    case 'list':
      return Array.isArray(body) ? { kind: 'ok', index, value: body } : strange(call, `${status} and no list`);
    case 'object':
      return isObject(body)
        ? { kind: 'ok', index: changedAt(body, index), value: body }
        : strange(call, `${status} and no object`);
  }
}

/** The index at which the object was changed, where the answer has it: its own may be that of the evaluation after it. */
function changedAt(body: Readonly<Record<string, unknown>>, header: number): number {
  const isObjectItself = body['ID'] !== undefined;
  const own = isObjectItself ? undefined : (body['JobModifyIndex'] ?? body['DeploymentModifyIndex']);
  // A tag has no header.
  const index = own ?? (header === 0 ? body['Index'] : undefined);
  return typeof index === 'number' && index > 0 ? index : header;
}

function missing(call: Call, { index, body }: NomadResponse, said: string): Answer {
  // A server without Variables, or a proxy, has other words: that is no proof of absence.
  if (typeof body === 'string' && body.includes('variable not found')) return { kind: 'ok', index };
  return { kind: 'refused', reason: 'not-found', message: inWords(call, said) };
}

function strange(call: Call, what: string): Answer {
  const message = inWords(call, `${what}: is the address that of a Nomad?`);
  return requestOf(call).method === 'GET'
    ? { kind: 'refused', reason: 'error', message }
    : { kind: 'ambiguous', message };
}

function inWords(call: Call, said: string): string {
  const { method, path } = requestOf(call);
  return `${method} ${path}: ${said}`;
}

function shapeOf({ op }: Call): 'nothing' | 'anything' | 'list' | 'object' {
  switch (op) {
    case 'list-jobs':
    case 'list-job-allocs':
    case 'list-job-deployments':
    case 'list-job-services':
    case 'list-nodes':
    case 'read-service':
    case 'list-variables':
      return 'list';
    case 'delete-variable':
      return 'nothing';
    case 'alloc-signal':
    case 'alloc-restart':
    case 'lock-release':
    case 'job-untag':
    case 'service-deregister':
      return 'anything';
    default:
      return 'object';
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
