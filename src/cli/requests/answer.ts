/** Waiting for the answer to an order about a run. */

import { SiroccoError } from '../../base/errors.ts';
import type { Cli } from '../cli.ts';
import { sleep } from '../interrupts.ts';
import { readAnswer, rejection, unanswered, type Written } from './write.ts';

/** So long a controller has to begin with a request. */
export const silentMs = 15_000;
export const pollMs = 250;

/**
 * The answer, once it is final. A SiroccoError where it was rejected, or where nobody answered in 15 s; `undefined`: this
 * token may not read the answer.
 */
export async function finalAnswer(
  cli: Cli,
  written: Written,
  withinMs = silentMs,
): Promise<Readonly<Record<string, string>> | undefined> {
  const begun = cli.clock.mono();
  for (;;) {
    const items = await readable(cli, written);
    if (items === 'denied') return undefined;
    if (items?.['state'] === 'rejected') throw rejection(items);
    if (items?.['state'] === 'done') return items;
    if (cli.clock.mono() - begun > withinMs) throw await unanswered(cli, written, withinMs);
    await sleep(cli, pollMs);
  }
}

/** The answer so far, or that the token may not read it. */
export async function readable(
  cli: Cli,
  written: Written,
): Promise<Readonly<Record<string, string>> | undefined | 'denied'> {
  try {
    return await readAnswer(cli, written);
  } catch (error) {
    if (error instanceof SiroccoError && error.code === 'SIR-401') return 'denied';
    throw error;
  }
}

/** Told where a request was written by a token that may not read its answer. */
export function cannotFollow({ namespace, answerPath }: Written): string {
  return `this token may not read the answer: nomad var get -namespace ${namespace} ${answerPath}`;
}
