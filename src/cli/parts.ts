/** What the command line takes from the outside, and the real things. Tests hand in others. */

import { connect } from '../daemon/connection.ts';
import type { SignalSource } from '../daemon/shutdown.ts';
import type { Connection } from '../daemon/types.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import { type NomadFlags, nomadConfig } from '../nomad/config.ts';
import type { LogOptions } from '../world/log.ts';
import { createWorld, realClock, realTimers } from '../world/real.ts';
import type { World } from '../world/types.ts';
import type { Environment } from './cli.ts';

export interface Parts {
  readonly clock: Omit<World, 'log'>;
  readonly signals: SignalSource;
  /** Default: every fault of this release. */
  readonly catalog?: FaultCatalog;
  /** Connects at the first call. A SiroccoError where the environment and flags name no Nomad. */
  connect(env: Environment, flags: NomadFlags): Connection;
  world(options: LogOptions): World;
}

export const realParts: Parts = {
  clock: { ...realClock, ...realTimers, bytes: n => crypto.getRandomValues(new Uint8Array(n)) },
  signals: process,
  connect: (env, flags) => connect(nomadConfig(env, flags), { ...realClock, ...realTimers }),
  world: createWorld,
};
