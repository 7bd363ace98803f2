/** Errors as answers: code, message and what helps, never a stack. */

import { errorTable, type Problem, problemItems, SiroccoError } from '../base/errors.ts';
import type { ErrorBody } from './types.ts';

/** The body for a problem of the table. */
export function errorBody(problem: Problem): ErrorBody {
  const { error: message = problem.message, error_code: code = problem.code, ...rest } = problemItems(problem);
  const { error_key: key, error_found: found, error_allowed: allowed, did_you_mean } = rest;
  return {
    error: {
      code,
      message,
      ...(key !== undefined && { key }),
      ...(found !== undefined && { found }),
      ...(allowed !== undefined && { allowed }),
      ...(did_you_mean !== undefined && { did_you_mean }),
      hint: errorTable[problem.code].hint,
    },
  };
}

/** What a thrown value is to a client: itself when it is meant for people, else only that there is a bug. */
export function problemOf(error: unknown): Problem {
  if (error instanceof SiroccoError) return error.problems[0] ?? { code: error.code, message: error.message };
  return { code: 'SIR-502', message: 'the request could not be answered' };
}
