/** `host:port` as people write it. */

import { misread, type Reading, read } from './reading.ts';

export interface HostPort {
  /** A name or an address, without brackets; names in small letters, without a dot at the end. */
  readonly host: string;
  readonly port: number;
}

const allowed = 'host:port, such as db.internal:5432, 10.0.0.5:5432 or [fd00::5]:5432';

/** Reads a host and a port, 1 to 65535; an IPv6 address stands in brackets. Never throws. */
export function parseHostPort(text: string): Reading<HostPort> {
  const [, six, name, digits] = /^(?:\[([\da-fA-F:.]{2,45})\]|([\w.-]{1,253})):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = six ?? name;
  if (host === undefined || port < 1 || port > 65_535) return misread(text, 'a host and a port', allowed);
  return read({ host: plainHost(host), port });
}

/** One spelling for one name. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
