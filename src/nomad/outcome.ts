/**
 * How a call ended: done, surely without effect, or unknown. An error is no proof of no effect, so only what was seen to
 * have none is `refused`; all else is `ambiguous`.
 */

import { refusalOf } from './refusals.ts';
import type { NomadRequest, NomadResponse, Outcome, RefusedReason } from './types.ts';

/** A call without an answer. */
export interface Failure {
  /** Whether any byte of the request may have left. */
  readonly started: boolean;
  /** `busy`: no connection became free in time; `cancelled`: the caller gave up. */
  readonly cause: 'timeout' | 'busy' | 'cancelled' | 'socket';
  /** In plain words, never with a header. */
  readonly message: string;
}

/** The outcome of a call that was answered. */
export function outcomeOf(request: NomadRequest, response: NomadResponse): Outcome {
  if (isSuccess(response.status) || request.accept?.includes(response.status) === true) return { kind: 'ok', response };
  const { status, message } = saidBy(response);
  const reason = reasonOf(request, status, message);
  return reason === undefined ? { kind: 'ambiguous', status, message } : { kind: 'refused', status, message, reason };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Status and words of an error. One that passed several servers may carry the status of the first in its words. */
function saidBy(response: NomadResponse): { readonly status: number; readonly message: string } {
  let { status } = response;
  let message = wordsOf(response);
  for (let coded = codedError.exec(message); coded !== null; coded = codedError.exec(message)) {
    const [, code = '', words = ''] = coded;
    if (status === 500) status = Number(code);
    message = words;
  }
  return { status, message };
}

const codedError = /^(?:rpc error: )*RPC Error:: ([45]\d\d),(.*)$/;

/** The outcome of a call that was not answered; its status is 0. */
export function outcomeOfFailure({ started, cause, message }: Failure): Outcome {
  if (!started) {
    return { kind: 'refused', status: 0, message, reason: cause === 'busy' ? 'limited' : 'unreachable' };
  }
  return { kind: 'ambiguous', status: 0, message };
}

/** Statuses of proxies that gave up waiting: what is behind them may still act. */
const gaveUp: readonly number[] = [408, 425, 499];

function reasonOf(request: NomadRequest, status: number, words: string): RefusedReason | undefined {
  if (status === 500) return refusalOf(request, words);
  if (status < 300 || status >= 500 || gaveUp.includes(status)) return undefined;
  switch (status) {
    case 401:
    case 403:
      return 'denied';
    case 404:
      // Nomad says so of a client that no server is connected to.
      return /No path to node/.test(words) ? 'unreachable' : 'not-found';
    case 409:
      return 'conflict';
    case 429:
      return 'limited';
    default:
      return 'invalid';
  }
}

const longest = 400;

/** Nomad's words of an error, on one line of at most 400 characters. */
export function wordsOf({ status, body }: Pick<NomadResponse, 'status' | 'body'>): string {
  if (typeof body !== 'string') return status === 409 ? conflictWords(body) : 'an answer without words';
  if (/^\s*<(?:!doctype|html)/i.test(body)) return 'an HTML page: is the address that of a Nomad?';
  const line = body.trim().replaceAll(/[\p{Cc}\s]+/gu, ' ');
  if (line === '') return status === 429 ? 'Too Many Requests' : 'an answer without words';
  return (line.length > longest ? `${line.slice(0, longest - 1)}…` : line).toWellFormed();
}

/** A compare-and-set answers the Variable as it is; a blank one where that is hidden. Its items are not for messages. */
function conflictWords(body: unknown): string {
  const index = typeof body === 'object' && body !== null ? (body as { ModifyIndex?: unknown }).ModifyIndex : undefined;
  if (index === 0) return 'it is locked by another, or gone';
  return typeof index === 'number' ? `it was changed meanwhile, at index ${index}` : 'it was changed meanwhile';
}

/** One line on how a call ended, for people: method, path, status and Nomad's own words. */
export function describe(outcome: Outcome, request: Pick<NomadRequest, 'method' | 'path'>): string {
  const call = `${request.method} ${request.path}`;
  if (outcome.kind === 'ok') return `${call}: ${outcome.response.status}`;
  const { status, message } = outcome;
  const said = status === 0 ? message : `${status} ${message}`;
  if (outcome.kind === 'ambiguous' && request.method !== 'GET')
    return `${call}: ${said} (it may have been done all the same)`;
  return `${call}: ${said}`;
}
