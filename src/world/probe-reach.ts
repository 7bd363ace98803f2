/** Where probes may reach. People who write specs choose what is asked, and it is asked from inside the operators' network. */

import { type Address, facesOf, isWithin, type Prefix, parseAddress, parsePrefix } from '../base/address.ts';
import { type HostRule, isNamed } from '../base/host-rules.ts';

/** What no probe may reach unless the operator names it in `probe_hosts`, beside this machine and its link. */
export interface Denied {
  /** Addresses of Nomad, Consul and Vault. A name is looked up whenever its port is asked for. */
  readonly endpoints: readonly DeniedEndpoint[];
  /** Ports that are denied at every address; default: those of Nomad, Consul and Vault. */
  readonly ports?: readonly number[];
}

export interface DeniedEndpoint {
  /** Such as `Nomad`. */
  readonly what: string;
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** Every node runs a Nomad client, and often a Consul, which would answer whoever asks where there are no ACLs. */
const apiPorts = [4646, 4647, 4648, 8200, 8201, 8300, 8301, 8302, 8500, 8501, 8502, 8503, 8600];

const deniedRanges: readonly (readonly [string, Prefix])[] = [
  ...named('this machine', ['0.0.0.0/8', '127.0.0.0/8', '::/128', '::1/128']),
  ...named('this link', ['169.254.0.0/16', 'fe80::/10']),
  ...named('multicast', ['224.0.0.0/4', '255.255.255.255', 'ff00::/8']),
  // Where clouds tell instances their secrets, other than on the link.
  ...named('a metadata service', ['100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254']),
  // What it leads to is known only to the translator.
  ...named('a local translation prefix', ['64:ff9b:1::/48']),
];

function named(what: string, prefixes: readonly string[]): readonly (readonly [string, Prefix])[] {
  return prefixes.map(text => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new RangeError(`${text} is no prefix`);
    return [what, prefix];
  });
}

/** What is asked for, and one address of it. */
export interface Place {
  /** As in the question, in small letters and without brackets. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

export interface ReachRules {
  readonly denied: Denied;
  /** Addresses of the denied endpoints of this port. */
  readonly endpoints: readonly {
    readonly what: string;
    readonly host: string;
    readonly address: Address | undefined;
  }[];
  /** `probe_hosts`; absent: everything that is not denied. Empty: nothing. */
  readonly allow: readonly HostRule[] | undefined;
}

/**
 * Why a place may not be reached, in words; undefined when it may. With `probe_hosts` only what it names may be. A denial
 * is lifted only by a rule that means it: a range by a prefix inside it or by a plain name, for who writes a glob or
 * `0.0.0.0/0` does not know what will turn up in it; the port of an API by a rule with that port.
 */
export function whyNotReached({ host, address, port }: Place, rules: ReachRules): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return `${address} is no internet address`;
  const faces = facesOf(parsed);
  const naming = rules.allow?.filter(rule => faces.some(face => isNamed(rule, host, face, port)));
  if (naming?.length === 0) return `${at(host, address, port)} is not named in probe_hosts`;
  for (const face of faces) {
    for (const [what, range] of deniedRanges) {
      if (isWithin(face, range) && !naming?.some(rule => liftsRange(rule, range)))
        return `${at(host, address, port)} is ${what}, which probes may not reach unless probe_hosts names it`;
    }
  }
  const api = apiAt({ host, address, port }, faces, rules);
  if (api === undefined || naming?.some(rule => rule.port === port && isNarrow(rule))) return undefined;
  return `${at(host, address, port)} is ${api}, which probes may not reach unless probe_hosts names it with its port`;
}

function liftsRange(rule: HostRule, range: Prefix): boolean {
  return rule.kind === 'name'
    ? rule.exact
    : rule.prefix.family === range.family && rule.prefix.bits >= range.bits && isWithin(rule.prefix, range);
}

function isNarrow(rule: HostRule): boolean {
  return rule.kind === 'prefix' || rule.exact;
}

function apiAt(
  { host, port }: Place,
  faces: readonly Address[],
  { denied, endpoints }: ReachRules,
): string | undefined {
  const found = endpoints.find(
    each => each.host === host || faces.some(face => each.address !== undefined && isSame(face, each.address)),
  );
  if (found !== undefined) return `the address of ${found.what}`;
  return (denied.ports ?? apiPorts).includes(port) ? 'at a port of Nomad, Consul or Vault' : undefined;
}

function isSame(a: Address, b: Address): boolean {
  return facesOf(b).some(({ family, value }) => family === a.family && value === a.value);
}

function at(host: string, address: string, port: number): string {
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return host === address ? place : `${place} (${address})`;
}
