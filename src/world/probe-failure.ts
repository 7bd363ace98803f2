/** Errors of sockets, TLS and HTTP in the words of a probe's answer. */

import { errors } from 'undici';
import type { FailureReason } from '../probes/probe.ts';

export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

const reasons: Readonly<Record<string, readonly [FailureReason, string]>> = {
  ECONNREFUSED: ['unreachable', 'nothing listens there'],
  EHOSTUNREACH: ['unreachable', 'the host can’t be reached'],
  ENETUNREACH: ['unreachable', 'the network can’t be reached'],
  EADDRNOTAVAIL: ['unreachable', 'this machine has no address to reach it from'],
  ETIMEDOUT: ['unreachable', 'the connection was not answered'],
  ECONNRESET: ['broken', 'the connection was reset'],
  EPIPE: ['broken', 'the connection was closed'],
  UND_ERR_SOCKET: ['broken', 'the connection was closed before the answer was whole'],
  UND_ERR_HEADERS_OVERFLOW: ['broken', 'the headers of the answer are too long'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['broken', 'the answer is not as long as it says'],
};

/** What broke on the way to `place` (`host:port`). No part of a URL but that is in the words. */
export function failureOf(error: unknown, place: string): Failure {
  const code = codeOf(error);
  const known = reasons[code];
  if (known !== undefined) return { reason: known[0], message: `${place}: ${known[1]} (${code})` };
  if (error instanceof errors.HTTPParserError) return { reason: 'broken', message: `${place}: the answer is no HTTP` };
  if (/CERT|ISSUER|SELF_SIGNED|CRL|^ERR_(?:SSL|TLS)|^EPROTO$/.test(code))
    return { reason: 'tls', message: `${place}: no trusted TLS connection (${code})` };
  return { reason: 'broken', message: `${place}: the connection broke (${code === '' ? 'no reason given' : code})` };
}

/** An error's code, or that of the first of several (one for each address that was tried). */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}
