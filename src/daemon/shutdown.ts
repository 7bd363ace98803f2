/** Signals, and what a stop leaves behind. */

import type { ControllerConfig } from '../controller/types.ts';
import type { Job } from '../nomad/types.ts';
import type { Log } from '../world/types.ts';
import type { Engine } from './engine.ts';
import type { Send, StopMode, StopReport, Translation } from './types.ts';

/** `process`, or what stands in for it. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown;
}

/** Until Nomad has said whether our job was stopped; undoing has what is left of its 30 seconds. */
const askMs = 1_000;

export interface ModeDeps extends Pick<Translation, 'requestOf'> {
  readonly send: Send;
  readonly self: ControllerConfig['self'];
  /** Always undo first. */
  readonly drain: boolean;
}

/**
 * How to stop: `drain` when told so, when our job was stopped or is gone, or when no job brings another controller;
 * `handover` while the job still runs, and when Nomad can't be asked, since undoing needs Nomad too.
 */
export async function stopMode({ send, self, drain, requestOf }: ModeDeps): Promise<StopMode> {
  if (drain || self === undefined) return 'drain';
  const request = requestOf({ op: 'read-job', namespace: self.namespace, job: self.job });
  const outcome = await send({ ...request, timeoutMs: askMs }).catch(() => undefined);
  if (outcome === undefined || outcome.kind === 'ambiguous') return 'handover';
  if (outcome.kind === 'refused') return outcome.reason === 'not-found' ? 'drain' : 'handover';
  if (outcome.response.status === 404) return 'drain';
  return (outcome.response.body as Job | null)?.Stop === true ? 'drain' : 'handover';
}

export interface SignalDeps {
  readonly engine: Pick<Engine, 'stop' | 'abandon'>;
  readonly log: Log;
  readonly mode: () => Promise<StopMode>;
  /** Reads the token again; absent: SIGHUP only says so. */
  readonly reload?: () => void | Promise<void>;
}

/** Stops the engine at SIGTERM or SIGINT, ends it at the second one, reloads at SIGHUP. The answer takes the listeners off. */
export function listenForSignals(source: SignalSource, { engine, log, mode, reload }: SignalDeps): () => void {
  let asked = false;
  const stop = (signal: string) => async () => {
    if (asked) {
      log.warn({ signal }, 'told twice to stop: ending now, nothing more is undone');
      engine.abandon(`second ${signal}`);
      return;
    }
    asked = true;
    const chosen = await mode();
    log.info(
      { signal, mode: chosen },
      chosen === 'drain' ? 'stopping: undoing what is in force first' : 'stopping: handing over',
    );
    engine.stop(chosen);
  };
  const again = async () => {
    try {
      await reload?.();
      log.info({}, reload === undefined ? 'nothing to read again' : 'the token was read again');
    } catch (error) {
      log.error({ err: error }, 'the token could not be read again: the one before stays in use');
    }
  };
  const listeners = {
    SIGTERM: () => void stop('SIGTERM')(),
    SIGINT: () => void stop('SIGINT')(),
    SIGHUP: () => void again(),
  } as const;
  const names = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const name of names) source.on(name, listeners[name]);
  return () => {
    for (const name of names) source.off(name, listeners[name]);
  };
}

/** The last line: how it ended, and every run that somebody else must now undo, with the words that do it. */
export function logEnd(log: Log, { how, reason, open }: StopReport, mode: StopMode | undefined): void {
  const fields = {
    how,
    reason,
    open: open.map(({ run, state, stuck, byHand }) => ({ run, state, stuck, by_hand: byHand })),
  };
  if (open.length === 0) {
    log[how === 'exit' ? 'info' : 'warn'](fields, `stopped: ${reason}`);
    return;
  }
  const names = open.map(each => each.run).join(', ');
  const undo = open.length === 1 ? `sirocco undo ${open[0]?.run}` : 'sirocco undo --all';
  if (how === 'exit' && mode === 'handover')
    log.info(fields, `stopped: the next controller takes over ${names}; without one: ${undo}`);
  else log.error(fields, `stopped, not undone: ${names}; undo with: ${undo}`);
}
