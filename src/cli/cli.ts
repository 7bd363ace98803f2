/** What every command is handed: where it may print, its settings, and the way to Nomad. Nothing is global. */

import type { Readable } from 'node:stream';
import type { NomadClient } from '../nomad/client.ts';
import type { World } from '../world/types.ts';
import type { Output } from './output.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  readonly home: string;
  readonly prefix: string;
  /** Absent: those that the token can list. */
  readonly namespaces?: readonly string[];
  /** Namespace of the commands that take one: `--namespace`, then NOMAD_NAMESPACE, then `default`. */
  readonly namespace: string;
}

export interface Cli {
  readonly env: Environment;
  readonly output: Output;
  readonly stdin: Readable;
  readonly world: World;
  /** Settings of the command that runs. */
  settings(): Settings;
  /** The way to Nomad, made at the first call; closed when the command ends. */
  nomad(): NomadClient;
  /** Runs a command's action: its answer becomes the exit code, its error is printed. */
  run(action: () => Promise<number>): Promise<void>;
  /** Resolves when the person asks to stop (SIGINT, SIGTERM). */
  interrupted(): Promise<'SIGINT' | 'SIGTERM'>;
}
