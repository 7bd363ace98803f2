/**
 * Every error that a user can meet, in one table. Codes are never reused; a retired one stays as a comment.
 * Exit codes are those of `docs/reference/exit-codes.md`; HTTP statuses are those of our own API.
 */

export const errorTable = {
  // Specs (100 to 199)
  'SIR-100': { name: 'spec_invalid', exit: 2, http: 400, hint: 'sirocco validate shows every error at once' },
  'SIR-101': { name: 'key_unknown', exit: 2, http: 400, hint: 'sirocco faults NAME lists the parameters of a fault' },
  'SIR-102': { name: 'key_not_yet', exit: 2, http: 400, hint: 'this key belongs to a later release' },
  'SIR-103': { name: 'key_missing', exit: 2, http: 400, hint: 'sirocco faults NAME shows what a fault needs' },
  'SIR-104': { name: 'value_invalid', exit: 2, http: 400, hint: 'the error names what is allowed' },
  'SIR-105': { name: 'fault_unknown', exit: 2, http: 400, hint: 'sirocco faults lists all faults' },
  'SIR-106': { name: 'keys_exclusive', exit: 2, http: 400, hint: 'give exactly one of them' },
  'SIR-107': {
    name: 'namespace_foreign',
    exit: 2,
    http: 400,
    hint: 'a spec hits only the namespace that its Variable is in',
  },
  'SIR-108': { name: 'name_invalid', exit: 2, http: 400, hint: 'a name is 1 to 64 of a-z, 0-9 and -' },
  'SIR-109': { name: 'irreversible', exit: 2, http: 400, hint: 'add accept_irreversible=true when you mean it' },
  'SIR-110': { name: 'record_too_large', exit: 3, http: 413, hint: 'choose fewer targets' },
  'SIR-111': { name: 'target_mismatch', exit: 2, http: 400, hint: 'sirocco faults NAME shows what a fault can hit' },
  'SIR-112': {
    name: 'limits_invalid',
    exit: 3,
    http: 409,
    hint: 'sirocco doctor shows the limits Variable and its error',
  },
  'SIR-113': { name: 'key_not_taken', exit: 2, http: 400, hint: 'sirocco faults NAME shows what a fault takes' },
  'SIR-114': {
    name: 'experiment_unavailable',
    exit: 2,
    http: 400,
    hint: 'sirocco validate --var chaos/experiments/NAME shows what is wrong with an experiment',
  },
  // Refusals (200 to 299)
  'SIR-200': { name: 'gate_refused', exit: 3, http: 409, hint: 'sirocco plan shows every gate with its answer' },
  'SIR-201': {
    name: 'no_target',
    exit: 3,
    http: 409,
    hint: 'sirocco plan shows each candidate and why it was left out',
  },
  'SIR-202': { name: 'halted', exit: 4, http: 409, hint: 'sirocco resume lifts a halt' },
  'SIR-203': { name: 'request_late', exit: 3, http: 409, hint: 'write the request again, when a controller acts' },
  'SIR-204': {
    name: 'run_open',
    exit: 3,
    http: 409,
    hint: 'sirocco abort RUN ends the open one; concurrency=allow lets both run',
  },
  'SIR-205': { name: 'approval_mismatch', exit: 3, http: 409, hint: 'sirocco approve RUN shows what it would hit now' },
  // Running (300 to 399)
  'SIR-300': { name: 'run_failed', exit: 5, http: 409, hint: 'sirocco runs ID shows what happened' },
  'SIR-301': {
    name: 'run_stuck',
    exit: 6,
    http: 409,
    hint: 'sirocco undo RUN, or the line by hand that the run shows',
  },
  'SIR-302': { name: 'deviated', exit: 1, http: 409, hint: 'the steady state did not hold' },
  'SIR-303': { name: 'run_not_found', exit: 2, http: 404, hint: 'sirocco runs lists the runs on record' },
  'SIR-304': { name: 'schedule_not_found', exit: 2, http: 404, hint: 'sirocco status lists the schedules' },
  'SIR-305': {
    name: 'run_not_waiting',
    exit: 2,
    http: 409,
    hint: 'sirocco runs --open shows which runs wait for an approval',
  },
  'SIR-306': {
    name: 'run_not_over',
    exit: 5,
    http: 409,
    hint: 'it goes on: sirocco runs ID shows it, sirocco abort ID ends it',
  },
  'SIR-307': {
    name: 'nothing_to_give_up',
    exit: 3,
    http: 409,
    hint: 'sirocco runs ID shows what a run owes, and why it is not undone yet',
  },
  // Nomad (400 to 499)
  'SIR-400': { name: 'nomad_unreachable', exit: 7, http: 502, hint: 'check NOMAD_ADDR, and NOMAD_CACERT for https' },
  'SIR-401': {
    name: 'nomad_denied',
    exit: 8,
    http: 403,
    hint: 'sirocco doctor names the missing right; sirocco policy prints the policy',
  },
  'SIR-402': { name: 'nomad_error', exit: 5, http: 502, hint: 'the message is in the words of Nomad' },
  'SIR-403': { name: 'nomad_conflict', exit: 5, http: 409, hint: 'somebody changed it meanwhile: try again' },
  'SIR-404': { name: 'lock_held', exit: 3, http: 409, hint: 'a controller acts: ask it, or stop it first' },
  'SIR-405': {
    name: 'controller_silent',
    exit: 3,
    http: 504,
    hint: 'sirocco doctor shows whether a controller acts and which namespaces it manages',
  },
  // Usage (500 to 599)
  'SIR-500': { name: 'usage', exit: 2, http: 400, hint: 'sirocco help COMMAND' },
  'SIR-501': { name: 'file_unreadable', exit: 2, http: 400, hint: 'check the path' },
  'SIR-502': { name: 'internal', exit: 5, http: 500, hint: 'this is a bug: please report it' },
  'SIR-503': { name: 'route_not_found', exit: 2, http: 404, hint: 'the answer lists the paths that there are' },
} as const satisfies Record<`SIR-${number}`, { name: string; exit: number; http: number; hint: string }>;

export type ErrorCode = keyof typeof errorTable;

/** One thing that is wrong: what, where, what was found and what is allowed. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** The key as its writer wrote it, such as `target_job` or `method[0].with.signal`. */
  readonly key?: string;
  readonly found?: string;
  readonly allowed?: string;
  readonly didYouMean?: string;
  /** In a document: 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** What it is in, where that is not the spec itself. */
  readonly source?: string;
}

/** An error that reaches a person: always one of the table. */
export class SiroccoError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(problem: Problem, more: readonly Problem[] = [], options?: { cause?: unknown }) {
    super(problem.message, options);
    this.name = 'SiroccoError';
    this.code = problem.code;
    this.problems = [problem, ...more];
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }

  get hint(): string {
    return errorTable[this.code].hint;
  }
}

/** The message with its place in the document, where it has one. */
export function placedMessage({ message, line, column }: Problem): string {
  return line === undefined ? message : `line ${line}, column ${column ?? 1}: ${message}`;
}

/** A problem in the flat words of status Variables and `--output json`. */
export function problemItems(problem: Problem): Record<string, string> {
  const items: Record<string, string> = { error: placedMessage(problem), error_code: problem.code };
  if (problem.key !== undefined) items['error_key'] = problem.key;
  if (problem.found !== undefined) items['error_found'] = problem.found;
  if (problem.allowed !== undefined) items['error_allowed'] = problem.allowed;
  if (problem.didYouMean !== undefined) items['did_you_mean'] = problem.didYouMean;
  return items;
}
