/** Waiting for a condition, never for a time. */

import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** Milliseconds until it fails; default 20 s. */
  readonly within?: number;
  /** Milliseconds between two looks; default 50. */
  readonly every?: number;
}

/**
 * Looks again and again until `look` answers something other than undefined and false, and answers that.
 * Fails naming `what`, and the last error that `look` threw: throwing counts as "not yet".
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: UntilOptions = {},
): Promise<T> {
  const { within = 20_000, every = 50 } = options;
  const end = performance.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      if (error instanceof GiveUp) throw error;
      last = error;
    }
    if (performance.now() >= end) {
      const why = last instanceof Error ? `; last error: ${last.message}` : '';
      throw new Error(`not seen within ${within} ms: ${what}${why}`, { cause: last });
    }
    await pause(every);
  }
}

/** Thrown inside `look`: waiting on is of no use. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}
