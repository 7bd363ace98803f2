/** A way to Nomad that tells of each step, and ends or freezes its own process at the one it was told of. */

import { channel } from 'node:diagnostics_channel';
import type { Connection } from '../../src/daemon/types.ts';
import type { NomadRequest } from '../../src/nomad/types.ts';
import { type CrashPoint, type Moment, stepOf } from './crash-point.ts';

/** One moment of a step, as the process tells it before it goes on. */
export interface PassedStep {
  readonly step: string;
  readonly nth: number;
  readonly moment: Moment;
  /** Of the request. */
  readonly path: string;
  /** After its answer. */
  readonly outcome?: string;
}

export interface CrashingOptions {
  readonly prefix: string;
  readonly at?: CrashPoint;
  readonly tell: (passed: PassedStep) => void;
}

/** The connection given, with its steps told of. */
export function crashingConnection(inner: Connection, { prefix, at, tell }: CrashingOptions): Connection {
  const counts = new Map<string, number>();

  const send = (request: NomadRequest) => {
    const step = stepOf(request, prefix);
    if (step === undefined) return inner.send(request);
    const nth = (counts.get(step) ?? 0) + 1;
    counts.set(step, nth);
    const pass = (moment: Moment, outcome?: string) => {
      tell({ step, nth, moment, path: request.path, ...(outcome === undefined ? {} : { outcome }) });
      if (at?.step === step && at.moment === moment && (at.nth ?? 1) === nth)
        process.kill(process.pid, at.signal ?? 'SIGKILL');
    };
    pass('before');
    whenSent(request, () => pass('left'));
    return inner.send(request).then(outcome => {
      pass('after', outcome.kind);
      return outcome;
    });
  };

  return { ...inner, send };
}

const bodySent = channel('undici:request:bodySent');

/** Calls `then` once, in the tick in which the last byte of the request was handed to the kernel. */
function whenSent({ method, path }: NomadRequest, then: () => void): void {
  const listener = (message: unknown) => {
    const { request } = message as { request: { method: string; path: string } };
    if (request.method !== method || request.path.split('?')[0] !== path) return;
    bodySent.unsubscribe(listener);
    then();
  };
  bodySent.subscribe(listener);
}
