/** A call that is no success, as the error that a person reads. */

import { type ErrorCode, SiroccoError } from '../base/errors.ts';
import type { Answer } from '../controller/types.ts';
import { describe } from './outcome.ts';
import type { NomadRequest, Outcome, RefusedReason } from './types.ts';

type Request = Pick<NomadRequest, 'method' | 'path'>;

/** SIR-400 unreachable, SIR-401 denied, SIR-403 conflict, SIR-402 for all else, in Nomad's words. */
export function nomadError(outcome: Outcome, request: Request): SiroccoError {
  return errorOf(codeOf(outcome, request), describe(outcome, request));
}

/** The error of an answer; `outcome` is what it was made of. */
export function answerError(answer: Exclude<Answer, { kind: 'ok' }>, outcome: Outcome, request: Request): SiroccoError {
  if (outcome.kind !== 'ok') return errorOf(codeOf(outcome, request), answer.message);
  return errorOf(answer.kind === 'refused' ? codeOfReason(answer.reason) : 'SIR-402', answer.message);
}

function errorOf(code: ErrorCode, message: string): SiroccoError {
  return new SiroccoError({ code, message: `Nomad: ${message}` });
}

function codeOf(outcome: Outcome, { method }: Request): ErrorCode {
  if (outcome.kind === 'ok') return 'SIR-402';
  if (outcome.kind === 'ambiguous') return outcome.status === 0 && method === 'GET' ? 'SIR-400' : 'SIR-402';
  return codeOfReason(outcome.reason);
}

function codeOfReason(reason: RefusedReason): ErrorCode {
  switch (reason) {
    case 'unreachable':
    case 'no-leader':
      return 'SIR-400';
    case 'denied':
      return 'SIR-401';
    case 'conflict':
      return 'SIR-403';
    default:
      return 'SIR-402';
  }
}
