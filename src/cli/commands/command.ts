/** The contract of a command: one value a file, registered on commander by itself. */

import type { Command as Commander } from 'commander';
import type { Cli } from '../cli.ts';

export interface Command {
  readonly name: string;
  /** Adds itself, with its options and action, to the program. The action resolves to the exit code. */
  register(program: Commander, cli: Cli): void;
}
