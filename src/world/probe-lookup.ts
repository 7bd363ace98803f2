/** From a host to the addresses of it that may be reached: looked up once, and only these are ever connected to. */

import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { parseAddress } from '../base/address.ts';
import { type HostPort, plainHost } from '../base/host-port.ts';
import type { HostRule } from '../base/host-rules.ts';
import { type Denied, type ReachRules, whyNotReached } from './probe-reach.ts';

/** All addresses of a name; rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface ReachOptions {
  readonly denied: Denied;
  /** `probe_hosts`; absent: everything that is not denied. */
  readonly allow?: readonly HostRule[] | undefined;
  /** Default: as the machine does. */
  readonly resolve?: Resolve;
}

/** Where a probe may go. */
export interface Route {
  readonly to: HostPort;
  /** In the place of a lookup: hands out the addresses that were judged, whatever is asked. */
  readonly lookup: LookupFunction;
  /** Whether a socket is connected to one that was judged. */
  readonly isAt: (socket: Socket) => boolean;
}

export type Routed = Route | { readonly reason: 'forbidden' | 'unresolved'; readonly message: string };

/** Looks up and judges. Never rejects. Of several addresses those that may not be reached are left out. */
export async function routeTo(to: HostPort, options: ReachOptions): Promise<Routed> {
  const resolve = options.resolve ?? machineResolve;
  const [found, endpoints] = await Promise.all([addressesOf(to.host, resolve), endpointsAt(to.port, options, resolve)]);
  if ('why' in found) return { reason: 'unresolved', message: `${to.host} has no address (${found.why})` };
  // Where Nomad is can't be told: then it may be here.
  if ('why' in endpoints) return { reason: 'forbidden', message: endpoints.why };
  const rules: ReachRules = { denied: options.denied, endpoints: endpoints.known, allow: options.allow };
  const whys = found.addresses.map(address => whyNotReached({ host: to.host, address, port: to.port }, rules));
  const good = found.addresses.filter((_, i) => whys[i] === undefined);
  if (good.length === 0) return { reason: 'forbidden', message: whys[0] ?? `${to.host} has no address` };
  return { to, lookup: pinned(good), isAt: socket => good.some(address => isSame(address, socket.remoteAddress)) };
}

type Found = { readonly addresses: readonly string[] } | { readonly why: string };

async function addressesOf(host: string, resolve: Resolve): Promise<Found> {
  if (isIP(host) !== 0) return { addresses: [host] };
  try {
    const addresses = await resolve(host);
    return addresses.length === 0 ? { why: 'nothing found' } : { addresses };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return { why: typeof code === 'string' ? code : 'the lookup failed' };
  }
}

async function endpointsAt(port: number, { denied }: ReachOptions, resolve: Resolve) {
  const known: ReachRules['endpoints'][number][] = [];
  for (const { what, host, port: at } of denied.endpoints) {
    if (at !== port) continue;
    const found = await addressesOf(plainHost(host), resolve);
    if ('why' in found)
      return { why: `port ${port} is that of ${what}, whose address can’t be told now (${found.why})` };
    known.push(...found.addresses.map(each => ({ what, host: plainHost(host), address: parseAddress(each) })));
  }
  return { known };
}

const machineResolve: Resolve = host =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true, order: 'verbatim' }, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(error);
    });
  });

function pinned(addresses: readonly string[]): LookupFunction {
  const all: LookupAddress[] = addresses.map(address => ({ address, family: isIP(address) }));
  return (_, { all: wantsAll }, done) => {
    const [first] = all;
    if (wantsAll === true) done(null, all);
    else done(null, first?.address ?? '', first?.family ?? 0);
  };
}

function isSame(address: string, connected: string | undefined): boolean {
  const [a, b] = [parseAddress(address), parseAddress(connected ?? '')];
  return a !== undefined && b !== undefined && a.family === b.family && a.value === b.value;
}
