/** Requests to a controller, written by the person's own token, and its answers. */

import { type ErrorCode, errorTable, type Problem, SiroccoError } from '../../base/errors.ts';
import { base32 } from '../../base/ids.ts';
import type { Cli } from '../cli.ts';
import { isLockHeld, readLeader } from '../leader.ts';

type Items = Readonly<Record<string, string>>;

/** A request that was written. */
export interface Written {
  readonly namespace: string;
  readonly id: string;
  readonly path: string;
  readonly index: number;
  /** Where it will be answered. */
  readonly answerPath: string;
}

/** Writes a request under a name of its own. A SiroccoError: SIR-401 where the token may not. */
export async function writeRequest(cli: Cli, namespace: string, items: Items): Promise<Written> {
  const { prefix } = cli.settings();
  const id = `${items['action'] ?? 'request'}-${base32(cli.clock.bytes(7)).slice(0, 10)}`;
  const path = `${prefix}/requests/${id}`;
  const { ModifyIndex: index } = await cli.nomad().writeVariable(namespace, path, items, 0);
  return { namespace, id, path, index, answerPath: `${prefix}/status/requests/${id}` };
}

/** What was answered; undefined: nothing yet. A SiroccoError (SIR-401) where the token may not read it. */
export async function readAnswer(cli: Cli, { namespace, answerPath }: Written): Promise<Items | undefined> {
  return (await cli.nomad().readVariable(namespace, answerPath))?.Items ?? undefined;
}

/** Takes a request back that nobody answered. False: it is left, and is too late after its start deadline. */
export async function withdraw(cli: Cli, { namespace, path, index }: Written): Promise<boolean> {
  try {
    await cli.nomad().deleteVariable(namespace, path, index);
    return true;
  } catch (error) {
    if (error instanceof SiroccoError) return false;
    throw error;
  }
}

/** Whether a controller acts in home: `unknown` where this token can't see it. */
export async function whoActs(cli: Cli): Promise<'somebody' | 'nobody' | 'unknown'> {
  const settings = cli.settings();
  try {
    if ((await readLeader(cli.nomad(), settings)) === undefined) return 'nobody';
  } catch (error) {
    if (error instanceof SiroccoError && error.code === 'SIR-401') return 'unknown';
    throw error;
  }
  const isHeld = await isLockHeld(cli.nomad(), settings);
  if (isHeld === undefined) return 'unknown';
  return isHeld ? 'somebody' : 'nobody';
}

/** The error that a rejected request was answered with. */
export function rejection(items: Items): SiroccoError {
  const given = items['error_code'];
  const code = given !== undefined && Object.hasOwn(errorTable, given) ? (given as ErrorCode) : 'SIR-200';
  const more: readonly (readonly [keyof Problem, string | undefined])[] = [
    ['key', items['error_key']],
    ['found', items['error_found']],
    ['allowed', items['error_allowed']],
    ['didYouMean', items['did_you_mean']],
  ];
  return new SiroccoError({
    code,
    message: items['error'] ?? 'the controller rejected the request',
    ...Object.fromEntries(more.filter(([, value]) => value !== undefined)),
  });
}

/** Nobody answered: what was waited for, and what is left of it. */
export async function unanswered(cli: Cli, written: Written, waitedMs: number): Promise<SiroccoError> {
  const isGone = await withdraw(cli, written);
  const left = isGone
    ? 'the request was taken back'
    : `the request ${written.path} is left in namespace ${written.namespace}: a controller that comes within its start deadline takes it`;
  const message = `no controller answered within ${waitedMs / 1000} s; ${left}`;
  const allowed = `a controller that manages namespace ${written.namespace}, in home ${cli.settings().home}`;
  return new SiroccoError({ code: 'SIR-405', message, allowed });
}
