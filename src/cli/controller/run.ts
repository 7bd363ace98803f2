/** A controller from its settings to its end. */

import { hostname } from 'node:os';
import { listenFrom, parseListen } from '../../api/listen.ts';
import { createServe } from '../../api/server.ts';
import type { Listen } from '../../api/types.ts';
import { errorTable } from '../../base/errors.ts';
import { startDaemon } from '../../daemon/daemon.ts';
import type { StopReport } from '../../daemon/types.ts';
import { createPublisher } from '../../publish/publisher.ts';
import { logOptions } from '../../world/real.ts';
import type { Cli } from '../cli.ts';
import { fromEnv } from '../settings.ts';
import { version } from '../version.ts';
import { drainAll } from './drain.ts';
import { ended, instanceName, prepare } from './prepare.ts';
import { probeAsker } from './probing.ts';

export interface ControllerOptions {
  readonly listen?: string;
  readonly name?: string;
  readonly logLevel?: string;
  readonly drain?: boolean;
  readonly drainOnStop?: boolean;
}

/** Runs a controller until it is told to end; answers the exit code: 0 when it ended in order. */
export async function runController(cli: Cli, options: ControllerOptions): Promise<number> {
  const name = instanceName(options.name ?? fromEnv(cli.env, 'SIROCCO_NAME'), cli.env, hostname(), process.pid);
  const { level } = logOptions({ SIROCCO_LOG_LEVEL: options.logLevel ?? fromEnv(cli.env, 'SIROCCO_LOG_LEVEL') });
  const world = cli.world({ level, sink: { write: line => cli.output.text(line.replace(/\n$/, '')) } });
  const listen = listenOf(options.listen, cli.env);
  const early = earlyStop(cli);
  const config = await prepare(cli, name, world.log, early.asked).finally(early.off);
  if (config === ended) {
    world.log.info({}, 'stopped before it had begun');
    return 0;
  }
  if (options.drain === true || isSet(fromEnv(cli.env, 'SIROCCO_DRAIN'))) return drainAll(cli, config, world.log);
  const { namespaces } = config;
  const faults = [...cli.catalog.keys()];
  const daemon = await startDaemon({
    config,
    connection: cli.connection(),
    world,
    catalog: cli.catalog,
    gates: cli.gates,
    askProbe: probeAsker(cli, cli.settings().address),
    version,
    publisher: createPublisher(world.log, { version, namespaces, faults }),
    serve: createServe(world.log),
    listen,
    drain: options.drainOnStop === true || isSet(fromEnv(cli.env, 'SIROCCO_DRAIN_ON_STOP')),
    signals: cli.signals,
  });
  return exitOf(await daemon.stopped);
}

function listenOf(flag: string | undefined, env: Cli['env']): Listen {
  if (flag !== undefined) return parseListen(flag);
  const text = fromEnv(env, 'SIROCCO_LISTEN');
  return text === undefined ? listenFrom(undefined, env) : parseListen(text, 'SIROCCO_LISTEN');
}

function isSet(text: string | undefined): boolean {
  return ['1', 'true', 'yes'].includes(text?.toLowerCase() ?? '');
}

/** SIGTERM or SIGINT before the daemon listens for them itself. */
function earlyStop(cli: Cli): { readonly asked: Promise<void>; off(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = () => resolve();
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of names) cli.signals.on(signal, listener);
  return {
    asked: promise,
    off: () => {
      for (const signal of names) cli.signals.off(signal, listener);
    },
  };
}

function exitOf({ how, open }: StopReport): number {
  if (how === 'exit') return 0;
  if (how === 'abandoned') return 130;
  return errorTable[open.length > 0 ? 'SIR-301' : 'SIR-300'].exit;
}
