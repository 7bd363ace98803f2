/** One controller as a service: the fold, its way to Nomad, its HTTP interface, its signals. */

import type { Listen, Serve } from '../api/types.ts';
import { createController } from '../controller/step.ts';
import type { ControllerConfig, Summary } from '../controller/types.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import { answerOf, requestOf } from '../nomad/calls.ts';
import type { Publisher } from '../publish/types.ts';
import type { Gate } from '../safety/gate.ts';
import type { World } from '../world/types.ts';
import { type Engine, type EngineParts, startEngine } from './engine.ts';
import { listenForSignals, logEnd, type SignalSource, stopMode } from './shutdown.ts';
import type { AskProbe, Connection, StopMode, StopReport } from './types.ts';

/**
 * From the order to stop until the end, done or not: Nomad allows 30 s from SIGTERM, asking for our own job takes up to one,
 * and the fold gives the lock back after 25 s of undoing at the latest.
 */
const defaultStopMs = 28_000;

export interface DaemonOptions {
  readonly config: ControllerConfig;
  readonly connection: Connection;
  readonly world: World;
  readonly catalog: FaultCatalog;
  readonly gates: readonly Gate[];
  readonly askProbe?: AskProbe;
  readonly version: string;
  readonly publisher: Publisher;
  /** The HTTP interface and where it listens; without `listen` there is none. */
  readonly serve: Serve;
  readonly listen?: Listen;
  /** Undo first at SIGTERM and SIGINT, whatever became of our job. */
  readonly drain?: boolean;
  /** `process`; without it only `stop` ends the daemon. */
  readonly signals?: SignalSource;
  readonly stopWithinMs?: number;
}

export interface Daemon {
  /** Where the HTTP interface listens. */
  readonly address: string | undefined;
  /** Resolves when all is closed, with how it ended; never rejects. */
  readonly stopped: Promise<StopReport>;
  /** Stops in order, as SIGTERM would, in the mode given; resolves when all is closed. */
  stop(mode: StopMode): Promise<StopReport>;
  /** `undefined` once it has ended. */
  summary(): Summary | undefined;
}

/**
 * Starts a controller; it runs until it is stopped or fails.
 * @throws SiroccoError when the HTTP interface can't listen: then nothing was begun.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, connection, world, publisher } = options;
  const log = world.log.child({ controller: config.name });
  let summary = (): Summary | undefined => undefined;

  const server =
    options.listen === undefined
      ? undefined
      : await options.serve(
          {
            version: options.version,
            name: config.name,
            startedAt: world.wall(),
            summary: () => summary(),
            metrics: given => publisher.page(given),
          },
          options.listen,
        );

  const engine = await startOr(() => server?.close(), {
    begin: now => createController(config, { catalog: options.catalog, gates: options.gates }, now),
    ...(options.askProbe === undefined ? {} : { askProbe: options.askProbe }),
    send: connection.send,
    openStream: connection.openStream,
    requestOf,
    answerOf,
    observer: publisher,
    clock: world,
    timers: world,
    log,
    prefix: config.prefix,
    stopWithinMs: options.stopWithinMs ?? defaultStopMs,
  });
  summary = engine.summary;
  log.info(
    { version: options.version, address: server?.address, home: config.home, namespaces: config.namespaces },
    `started${server === undefined ? '' : `, listening on ${server.address}`}`,
  );

  let mode: StopMode | undefined;
  const stop = (wanted: StopMode) => {
    mode ??= wanted;
    engine.stop(wanted);
  };
  const offSignals =
    options.signals === undefined
      ? () => {}
      : listenForSignals(options.signals, {
          engine: { stop, abandon: engine.abandon },
          log,
          mode: () => stopMode({ send: connection.send, self: config.self, drain: options.drain ?? false, requestOf }),
          ...(connection.reload !== undefined && { reload: () => connection.reload?.() }),
        });

  const close = async (report: StopReport): Promise<StopReport> => {
    const closed = await Promise.allSettled([server?.close(), connection.close()]);
    for (const each of closed)
      if (each.status === 'rejected') log.warn({ err: each.reason }, 'something did not close in order');
    offSignals();
    logEnd(log, report, mode);
    return report;
  };
  const stopped = engine.stopped.then(close);

  return {
    address: server?.address,
    stopped,
    stop: wanted => {
      stop(wanted);
      return stopped;
    },
    summary: engine.summary,
  };
}

/** The engine, or the error that kept it from starting, after what was begun before it was closed. */
async function startOr(undo: () => Promise<void> | undefined, parts: EngineParts): Promise<Engine> {
  try {
    return startEngine(parts);
  } catch (error) {
    await undo();
    throw error;
  }
}
