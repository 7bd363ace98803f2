/** Where to listen, as people and Nomad write it. */

import { SiroccoError } from '../base/errors.ts';
import type { Listen } from './types.ts';

const defaultListen: Listen = { host: '127.0.0.1', port: 9646 };

/**
 * `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (loopback).
 * @throws SiroccoError SIR-500, naming `key`, when it is none of these.
 */
export function parseListen(text: string, key = '--listen'): Listen {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new SiroccoError({
      code: 'SIR-500',
      message: `${key} is "${text}", which is no address to listen on`,
      key,
      found: text,
      allowed: 'HOST:PORT, such as 127.0.0.1:9646 or [::1]:9646; port 0 to 65535',
    });
  }
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? defaultListen.host : host, port };
}

/** The flag, else the address that Nomad gave the port labelled `http`, else the default. */
export function listenFrom(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): Listen {
  if (flag !== undefined && flag !== '') return parseListen(flag);
  const given = env['NOMAD_ADDR_http'];
  return given === undefined || given === '' ? defaultListen : parseListen(given, 'NOMAD_ADDR_http');
}
