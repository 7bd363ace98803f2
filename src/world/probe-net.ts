/** Asks what probes ask over the network. Errors become answers with words, and nothing outlives its time limit. */

import { connect } from 'node:net';
import { parseHostPort, plainHost } from '../base/host-port.ts';
import type { HttpCall, NetCall, ProbeAnswer } from '../probes/probe.ts';
import { type Failure, failureOf } from './probe-failure.ts';
import { askHttp, type HttpReply, type Progress } from './probe-http.ts';
import { type ReachOptions, type Route, routeTo } from './probe-lookup.ts';
import type { Clock, Timers } from './types.ts';

export interface ProbeNetOptions extends ReachOptions {
  readonly clock: Pick<Clock, 'mono'>;
  readonly timers: Timers;
  /** Gives up at once. */
  readonly signal?: AbortSignal | undefined;
}

type Raw = { readonly kind: 'tcp' } | ({ readonly kind: 'http' } & HttpReply) | Failure;

/**
 * Asks, and answers within `call.timeoutMs`; never rejects. A name is looked up once, each address of it is judged, and
 * only those that may be reached are connected to. The call must have its placeholders filled in.
 */
export async function askProbe(call: NetCall, options: ProbeNetOptions): Promise<ProbeAnswer> {
  const { clock, timers, signal } = options;
  const begun = clock.mono();
  const stop = new AbortController();
  const stopped = Promise.withResolvers<Failure>();
  let waitingFor = 'the lookup of its name';
  const onAbort = () => stopped.resolve({ reason: 'cancelled', message: 'given up before it was answered' });
  const cancel = timers.after(call.timeoutMs, () =>
    stopped.resolve({ reason: 'timeout', message: `after ${call.timeoutMs}ms it still waited for ${waitingFor}` }),
  );
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();
  const progress: Progress = next => {
    waitingFor = next;
  };
  // Whoever gave up first is the answer: an aborted signal must not even look up.
  const asked = signal?.aborted === true ? stopped.promise : ask(call, options, stop.signal, progress);
  const raw: Raw = await Promise.race([stopped.promise, asked]);
  cancel();
  signal?.removeEventListener('abort', onAbort);
  stop.abort();
  const latencyMs = clock.mono() - begun;
  return 'reason' in raw ? { kind: 'failed', ...raw, latencyMs } : { ...raw, latencyMs };
}

async function ask(call: NetCall, options: ReachOptions, signal: AbortSignal, progress: Progress): Promise<Raw> {
  try {
    return call.op === 'tcp'
      ? await askTcp(call.address, options, signal, progress)
      : await askUrl(call, options, signal, progress);
  } catch (error) {
    return failureOf(error, 'the probe');
  }
}

async function askTcp(address: string, options: ReachOptions, signal: AbortSignal, progress: Progress): Promise<Raw> {
  const to = parseHostPort(address);
  if (!to.ok) return { reason: 'invalid', message: `the address is none: ${to.misread.allowed} is` };
  const route = await routeTo(to.value, options);
  if ('reason' in route) return route;
  if (signal.aborted) return { reason: 'cancelled', message: 'given up before it was connected' };
  return connected(route, signal, progress);
}

function connected({ to, lookup, isAt }: Route, signal: AbortSignal, progress: Progress): Promise<Raw> {
  const place = `${to.host}:${to.port}`;
  progress(`${place} to connect`);
  const { promise, resolve } = Promise.withResolvers<Raw>();
  const socket = connect({ host: to.host, port: to.port, lookup, autoSelectFamily: true });
  const close = () => void socket.destroy();
  signal.addEventListener('abort', close);
  socket.on('error', error => resolve(failureOf(error, place)));
  socket.on('close', () => {
    signal.removeEventListener('abort', close);
    resolve({ reason: 'broken', message: `${place}: the connection was closed` });
  });
  socket.on('connect', () => {
    const judged = isAt(socket);
    resolve(judged ? { kind: 'tcp' } : failureOf(undefined, place));
    close();
  });
  return promise;
}

async function askUrl(call: HttpCall, options: ReachOptions, signal: AbortSignal, progress: Progress): Promise<Raw> {
  const url = URL.parse(call.url);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    return { reason: 'invalid', message: 'the URL is none of http or https' };
  if (url.username !== '' || url.password !== '')
    return { reason: 'invalid', message: 'the URL has a user or a password: send them in a header' };
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  const route = await routeTo({ host: plainHost(url.hostname), port }, options);
  if ('reason' in route) return route;
  if (signal.aborted) return { reason: 'cancelled', message: 'given up before it was connected' };
  const reply = await askHttp(call, url, route, signal, progress);
  return 'reason' in reply ? reply : { kind: 'http', ...reply };
}
