/** Ctrl-C and its like while a command waits. */

import type { Cli } from './cli.ts';

export interface Interrupts {
  /** How often somebody asked so far. */
  count(): number;
  off(): void;
}

/** Counts SIGINT and SIGTERM from now until `off`. */
export function listenForInterrupts(cli: Cli): Interrupts {
  let count = 0;
  const listener = () => {
    count += 1;
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) cli.signals.on(name, listener);
  return {
    count: () => count,
    off: () => {
      for (const name of names) cli.signals.off(name, listener);
    },
  };
}

/** Waits so many milliseconds. */
export function sleep(cli: Cli, ms: number): Promise<void> {
  return new Promise(resolve => void cli.clock.after(ms, resolve));
}
