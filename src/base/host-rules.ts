/** Which hosts are meant: `probe_hosts`, a list of names, globs over names, addresses and prefixes, each with a port or without. */

import { type Address, isWithin, type Prefix, parseAddress, parsePrefix } from './address.ts';
import { glob } from './glob.ts';
import { misread, type Reading, read } from './reading.ts';

export type HostRule = { readonly port?: number } & (
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  /** In small letters. `exact`: one name alone, no pattern. */
  | { readonly kind: 'name'; readonly name: string; readonly exact: boolean }
);

const allowed =
  'hosts, comma-separated: a name or a glob (*.example.com), an address, a prefix (10.0.0.0/8, fd00::/8), each with a port (db:5432, [fd00::]/8:443) or without';

/** Reads a comma-separated list; empty text is an empty list, which names nothing. Never throws. */
export function parseHostRules(text: string): Reading<readonly HostRule[]> {
  if (text.trim() === '') return read([]);
  const rules: HostRule[] = [];
  for (const part of text.split(',').map(each => each.trim())) {
    const rule = ruleOf(part);
    if (rule === undefined) return misread(part, 'a host', allowed, meant(part));
    rules.push(rule);
  }
  return read(rules);
}

/** Whether a rule names what is at this host (as it was asked for, in small letters), address and port. */
export function isNamed(rule: HostRule, host: string, address: Address, port: number): boolean {
  if (rule.port !== undefined && rule.port !== port) return false;
  if (rule.kind === 'prefix') return isWithin(address, rule.prefix);
  return rule.exact ? rule.name === host : glob(rule.name)(host);
}

function ruleOf(text: string): HostRule | undefined {
  const bracketed = /^\[([^\]]+)\](\/\d{1,3})?(?::(\d{1,5}))?$/.exec(text);
  if (bracketed !== null) return prefixRule(`${bracketed[1]}${bracketed[2] ?? ''}`, bracketed[3]);
  if ((text.match(/:/g) ?? []).length > 1) return prefixRule(text, undefined);
  const [, host = '', port] = /^([^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  return prefixRule(host, port) ?? nameRule(host.toLowerCase(), port);
}

function prefixRule(text: string, port: string | undefined): HostRule | undefined {
  const prefix = parsePrefix(text);
  return prefix === undefined ? undefined : withPort({ kind: 'prefix', prefix }, port);
}

function nameRule(name: string, port: string | undefined): HostRule | undefined {
  // A name that ends in a number is an address in disguise (`127.1`), and no resolver's name.
  const isName =
    /^[\w*?-]+(?:\.[\w*?-]+)*$/.test(name) && name.length <= 253 && !/(?:^|\.)(?:\d+|0x[\da-f]*)$/.test(name);
  return isName ? withPort({ kind: 'name', name, exact: !/[*?]/.test(name) }, port) : undefined;
}

function withPort(rule: HostRule, text: string | undefined): HostRule | undefined {
  if (text === undefined) return rule;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? { ...rule, port } : undefined;
}

/** `https://db:5432/x` → `db:5432`; `10.1.2.3/8` → `10.0.0.0/8`. */
function meant(text: string): string | undefined {
  const bare = /^[a-z][a-z0-9+.-]*:\/\/([^/]+)/i.exec(text)?.[1];
  if (bare !== undefined) return ruleOf(bare) === undefined ? undefined : bare;
  const [, written = '', length = ''] = /^(\d[\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const address = parseAddress(written);
  const rest = 32 - Number(length);
  if (address?.family !== 4 || length === '' || rest < 0) return undefined;
  const value = Number((address.value >> BigInt(rest)) << BigInt(rest));
  return `${[24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.')}/${length}`;
}
