/**
 * One controller as a process of its own, for tests that kill and freeze it: a daemon as the command line starts it, on a
 * way to Nomad that tells of each step. Its one argument is a JSON of `ProcessOptions`; NOMAD_* as everywhere.
 */

import { createServe } from '../../src/api/server.ts';
import { probeAsker } from '../../src/cli/controller/probing.ts';
import type { ControllerConfig } from '../../src/controller/types.ts';
import { connect } from '../../src/daemon/connection.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { secretReads } from '../../src/daemon/secret-reads.ts';
import { catalogOf } from '../../src/faults/catalog.ts';
import { faults } from '../../src/faults/index.ts';
import { nomadConfig } from '../../src/nomad/config.ts';
import { probes } from '../../src/probes/index.ts';
import { probesOf } from '../../src/probes/reading.ts';
import { createPublisher } from '../../src/publish/publisher.ts';
import { gates } from '../../src/safety/index.ts';
import { createWorld, logOptions } from '../../src/world/real.ts';
import type { CrashPoint } from './crash-point.ts';
import { crashingConnection } from './crashing-connection.ts';

export interface ProcessOptions {
  readonly config: ControllerConfig;
  readonly crash?: CrashPoint;
  /** Default: that of the environment. */
  readonly logLevel?: string;
}

/** The log line of a step bears this message. */
export const stepMessage = 'step';

const version = '0.0.0-test';

async function main(options: ProcessOptions): Promise<void> {
  const { config, crash, logLevel } = options;
  const level = logLevel === undefined ? {} : { SIROCCO_LOG_LEVEL: logLevel };
  const world = createWorld(logOptions({ ...process.env, ...level }));
  const { namespaces, prefix } = config;
  const { add } = world.secrets;
  const reached = secretReads(connect(nomadConfig(process.env), world), { prefix, add, timers: world });
  const connection = crashingConnection(reached, {
    prefix,
    tell: passed => world.log.info(passed, stepMessage),
    ...(crash === undefined ? {} : { at: crash }),
  });
  // Whoever started it is gone when its input ends.
  process.stdin.on('close', () => process.exit(1)).resume();
  const daemon = await startDaemon({
    config,
    connection,
    world,
    catalog: catalogOf(faults, probesOf(probes)),
    askProbe: probeAsker({ clock: world, env: process.env }),
    gates,
    version,
    publisher: createPublisher(world.log, { version, namespaces, faults: faults.map(each => each.name) }),
    serve: createServe(world.log),
    listen: { host: '127.0.0.1', port: 0 },
    signals: process,
  });
  const { how } = await daemon.stopped;
  process.exit(how === 'exit' ? 0 : 1);
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '') as ProcessOptions);
