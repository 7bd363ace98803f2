/** What every command is handed: where it may print, its settings, and the way to Nomad. Nothing is global. */

import type { Readable } from 'node:stream';
import type { SignalSource } from '../daemon/shutdown.ts';
import type { Connection } from '../daemon/types.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { Gate } from '../safety/gate.ts';
import type { LogOptions } from '../world/log.ts';
import type { World } from '../world/types.ts';
import type { Output } from './output.ts';
import type { Settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Cli {
  readonly env: Environment;
  readonly output: Output;
  readonly stdin: Readable;
  /** Time and chance of this process. */
  readonly clock: Omit<World, 'log'>;
  readonly catalog: FaultCatalog;
  readonly gates: readonly Gate[];
  readonly signals: SignalSource;
  /** Settings of the command that runs. A SiroccoError where one of them can't be. */
  settings(): Settings;
  /** Nomad for commands, made at the first call; what may be sent twice is tried again. Closed when the command ends. */
  nomad(): NomadClient;
  /** Nomad as the controller takes it: one try a call, and event streams. The same connections as those of `nomad`. */
  connection(): Connection;
  /** The world with a log of these options, without the token in it. */
  world(options: Omit<LogOptions, 'secrets'>): World;
  /** Runs a command's action: its answer becomes the exit code, its error is printed. */
  run(action: () => Promise<number>): Promise<void>;
}
