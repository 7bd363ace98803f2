import { describe, expect, it } from 'vitest';
import { parseAddress } from '../base/address.ts';
import { parseHostRules } from '../base/host-rules.ts';
import { whyNotReached } from './probe-reach.ts';

function why(host: string, address: string, port: number, allow?: string): string | undefined {
  const rules = allow === undefined ? undefined : parseHostRules(allow);
  if (rules?.ok === false) throw new Error(`${allow} can't be read`);
  const endpoints = port === 7001 ? [{ what: 'Nomad', host: 'nomad.test', address: parseAddress('10.0.0.9') }] : [];
  return whyNotReached({ host, address, port }, { denied: { endpoints: [] }, endpoints, allow: rules?.value });
}

describe('without probe_hosts', () => {
  it.each([
    ['a private network', '10.0.0.1'],
    ['another', '192.168.7.7'],
    ['the internet', '93.184.216.34'],
    ['IPv6', '2a00:1450:4001::200e'],
    ['a private IPv6 network', 'fd00::5'],
    ['a mapped private address', '::ffff:10.0.0.1'],
    ['a private address behind NAT64', '64:ff9b::10.0.0.1'],
  ])('reaches %s', (_, address) => {
    expect(why('web.test', address, 80)).toBeUndefined();
  });

  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine', '127.8.9.10'],
    ['this machine', '0.0.0.0'],
    ['this machine', '::'],
    ['this machine', '::1'],
    ['this machine', '::ffff:127.0.0.1'],
    ['this machine', '::ffff:7f00:1'],
    ['this machine', '::ffff:0:0'],
    ['this machine', '::127.0.0.1'],
    ['this machine', '64:ff9b::127.0.0.1'],
    ['this machine', '2002:7f00:1::'],
    ['this link', '169.254.169.254'],
    ['this link', '::ffff:169.254.169.254'],
    ['this link', '64:ff9b::a9fe:a9fe'],
    ['this link', '2002:a9fe:a9fe::1'],
    ['this link', '2001:0:1:2:3:4:5601:5601'],
    ['this link', 'fe80::1'],
    ['this link', 'fe80::1%eth0'],
    ['this link', 'fd00::5efe:a9fe:a9fe'],
    ['a metadata service', '100.100.100.200'],
    ['a metadata service', '168.63.129.16'],
    ['a metadata service', 'fd00:ec2::254'],
    ['a local translation prefix', '64:ff9b:1::7f00:1'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
  ])('does not reach %s: %s', (what, address) => {
    expect(why('web.test', address, 80)).toContain(`is ${what}, which probes may not reach`);
  });

  it.each([4646, 8200, 8500])('does not reach port %d at any address', port => {
    expect(why('web.test', '10.0.0.1', port)).toContain('is at a port of Nomad, Consul or Vault');
  });

  it('does not reach Nomad where it really is, by name and by address', () => {
    expect(why('nomad.test', '10.0.0.8', 7001)).toContain('the address of Nomad');
    expect(why('10.0.0.9', '10.0.0.9', 7001)).toContain('the address of Nomad');
    expect(why('web.test', '::ffff:10.0.0.9', 7001)).toContain('the address of Nomad');
    expect(why('web.test', '64:ff9b::10.0.0.9', 7001)).toContain('the address of Nomad');
    expect(why('web.test', '10.0.0.8', 7001)).toBeUndefined();
  });

  it('does not reach what is no address', () => {
    expect(why('web.test', 'run/x.sock', 80)).toContain('no internet address');
  });
});

describe('with probe_hosts', () => {
  it.each<[string, string, string, number, string | undefined]>([
    ['*.test', 'web.test', '10.0.0.1', 80, undefined],
    ['*.test', 'web.other', '10.0.0.1', 80, 'not named'],
    ['', 'web.test', '10.0.0.1', 80, 'not named'],
    ['10.0.0.0/8', 'web.test', '10.0.0.1', 80, undefined],
    ['10.0.0.0/8', 'web.test', '::ffff:10.0.0.1', 80, undefined],
    ['10.0.0.0/8', 'web.test', '11.0.0.1', 80, 'not named'],
    // A glob or a wide prefix does not lift what is denied; a plain name and a prefix inside it do.
    ['*', 'web.test', '127.0.0.1', 80, 'this machine'],
    ['*.test', 'web.test', '169.254.169.254', 80, 'this link'],
    ['0.0.0.0/0', 'web.test', '127.0.0.1', 80, 'this machine'],
    ['::/0', 'web.test', '::1', 80, 'this machine'],
    ['web.test', 'web.test', '127.0.0.1', 80, undefined],
    ['127.0.0.0/8', 'web.test', '127.0.0.1', 80, undefined],
    ['127.0.0.1', 'web.test', '127.0.0.1', 80, undefined],
    ['::1', 'web.test', '::1', 80, undefined],
    ['127.0.0.1', 'web.test', '127.0.0.2', 80, 'not named'],
    ['127.0.0.1:8080', 'web.test', '127.0.0.1', 80, 'not named'],
    ['*, 127.0.0.1:8080', 'web.test', '127.0.0.1', 80, 'this machine'],
    ['*, 127.0.0.1:8080', 'web.test', '127.0.0.1', 8080, undefined],
    ['169.254.169.254', 'web.test', '::ffff:169.254.169.254', 80, undefined],
    // Lifting one denial lifts no other.
    ['127.0.0.0/8', 'web.test', '127.0.0.1', 4646, 'at a port of Nomad'],
    ['127.0.0.0/8:4646', 'web.test', '127.0.0.1', 4646, undefined],
    ['10.0.0.0/8', 'web.test', '10.0.0.1', 8500, 'at a port of Nomad'],
    ['*:8500', 'web.test', '10.0.0.1', 8500, 'at a port of Nomad'],
    ['web.test:8500', 'web.test', '10.0.0.1', 8500, undefined],
    ['10.0.0.9', 'web.test', '10.0.0.9', 7001, 'the address of Nomad'],
    ['10.0.0.9:7001', 'web.test', '10.0.0.9', 7001, undefined],
  ])('%j and %s at %s, port %d: %s', (allow, host, address, port, expected) => {
    const found = why(host, address, port, allow);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(expected);
  });
});
