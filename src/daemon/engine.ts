/** Loop, performer and streams as one thing that starts, runs and ends. Nomad, controller and observer are handed in. */

import type { Happening, Input, Summary } from '../controller/types.ts';
import type { Effect, ProbeEffect } from '../lifecycle/effects.ts';
import type { Clock, Log, Timers } from '../world/types.ts';
import { awakeClock } from './awake-clock.ts';
import { createLoop } from './loop.ts';
import { createPerformer } from './perform.ts';
import { createStreams } from './streams.ts';
import type { AskProbe, Observer, OpenStream, Send, Stepper, StopMode, StopReport, Translation } from './types.ts';

export interface EngineParts extends Translation {
  /** Makes the fold; called once, with the clock that all inputs are stamped by. */
  readonly begin: (now: { readonly mono: number; readonly wall: number }) => Stepper;
  readonly send: Send;
  readonly openStream: OpenStream;
  /** Default: every question fails. */
  readonly askProbe?: AskProbe;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly prefix: string;
  /** From the order to stop until the end without the fold's consent. */
  readonly stopWithinMs: number;
}

export interface Engine {
  /** Resolves once, when nothing is performed any more; never rejects. */
  readonly stopped: Promise<StopReport>;
  /** Tells the fold to stop; the first order counts. */
  stop(mode: StopMode): void;
  /** Ends now: no undo, the lock is left to lapse. */
  abandon(reason: string): void;
  /** `undefined` once it has ended. */
  summary(): Summary | undefined;
}

const askNothing: AskProbe = async () => ({
  kind: 'failed',
  reason: 'invalid',
  message: 'this controller asks nothing over the network',
  latencyMs: 0,
});

/** For calls under way when the fold is done. */
const settleMs = 2_000;

/** Starts at once: its first step is taken before this returns. */
export function startEngine(parts: EngineParts): Engine {
  const { log, timers, observer } = parts;
  const clock = awakeClock(parts.clock, ms =>
    log.warn({ ms: Math.round(ms) }, 'the clock jumped ahead: the machine slept, or its time was set'),
  );
  const controller = parts.begin({ mono: clock.mono(), wall: clock.wall() });
  const cancels: (() => void)[] = [];
  let mode: StopMode | undefined;
  let ended = false;
  let ending = false;
  let open: Summary['open'] = [];

  const { promise: stopped, resolve } = Promise.withResolvers<StopReport>();

  const look = () => controller.summary(clock.mono(), clock.wall());

  /** Runs are forgotten when the lock is given back: what was open is remembered from before. */
  const rememberOpen = () => {
    const summary = look();
    if (summary.leading) open = summary.open;
  };

  const end = (how: StopReport['how'], reason: string) => {
    if (ended) return;
    ended = true;
    loop.close();
    streams.closeAll();
    for (const cancel of cancels) cancel();
    resolve({ how, reason, open });
  };

  /** Telling people is not worth a controller: what goes wrong in it is logged. */
  const tell = (telling: () => void) => {
    try {
      telling();
    } catch (error) {
      log.error({ err: error }, 'something could not be told to log or metrics');
    }
  };

  const step = (input: Input) => {
    if (mode !== undefined) rememberOpen();
    return controller.step(input);
  };

  const perform = (effect: Effect) => {
    switch (effect.kind) {
      case 'call':
        return performer.perform(effect);
      case 'stream':
        return streams.order(effect);
      case 'probe':
        void ask(effect);
        return;
      case 'note':
        return tell(() => observer.note(effect.note));
      case 'exit':
        return leave(effect.reason);
    }
  };

  const ask = async ({ id, call, allow }: ProbeEffect) =>
    deliver({ kind: 'probe', id, answer: await (parts.askProbe ?? askNothing)(call, allow) });

  /** The fold is done; calls that it sent last still get their time. */
  const leave = (reason: string) => {
    if (ending) return;
    ending = true;
    cancels.push(timers.after(settleMs, () => end('exit', reason)));
    void performer.settled().then(() => end('exit', reason));
  };

  const deliver = (happening: Happening) => loop.push(happening);
  const performer = createPerformer({ ...parts, clock, deliver, sample: each => tell(() => observer.request(each)) });
  const streams = createStreams(parts.openStream, deliver);
  const loop = createLoop({
    controller: { step },
    clock,
    timers,
    perform,
    onFailure: (error, happening) => {
      log.error(
        { err: error, happening: happening.kind },
        'a step failed: this controller ends, since its state can not be trusted',
      );
      end('failed', error instanceof Error ? error.message : String(error));
    },
  });
  loop.push({ kind: 'timer' });

  return {
    stopped,
    stop: wanted => {
      if (ended || mode !== undefined) return;
      mode = wanted;
      rememberOpen();
      cancels.push(timers.after(parts.stopWithinMs, () => end('timeout', `not done within ${parts.stopWithinMs} ms`)));
      loop.push({ kind: 'stop', mode: wanted });
    },
    abandon: reason => end('abandoned', reason),
    summary: () => (ended ? undefined : look()),
  };
}
