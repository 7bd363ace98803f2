import { describe, expect, it } from 'vitest';
import { readProbe } from './reading.ts';
import { tcp } from './tcp.ts';

function parsed(written: unknown, expected: unknown = {}) {
  const reading = readProbe(tcp, { with: written, expect: expected });
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('; '));
  return { params: tcp.parameters.parse(reading.value.with), expect: tcp.expectations.parse(expected) };
}

describe('tcp', () => {
  it.each([
    ['db.internal:5432', 5_000],
    ['[fd00::5]:80', 5_000],
    ['{{ service.db }}', 5_000],
  ])('asks %s', (address, timeoutMs) => {
    expect(tcp.ask(parsed(address).params, { namespace: 'default' })).toEqual({ op: 'tcp', address, timeoutMs });
  });

  it.each([
    ['db', undefined],
    ['db:0', undefined],
    ['/run/db.sock', undefined],
    ['{{ service.db }}/x', undefined],
    ['tcp://db:5432', 'db:5432'],
    ['fd00::5:80', undefined],
  ])('refuses %s', (address, didYouMean) => {
    const reading = readProbe(tcp, { with: address });
    expect(reading).toMatchObject({
      ok: false,
      problems: [{ key: 'tcp.address', found: address, allowed: expect.stringContaining('host:port') }],
    });
    if (!reading.ok) expect(reading.problems[0]?.didYouMean).toBe(didYouMean);
  });

  it.each([
    [{}, 4_000, undefined],
    [{ latency: '< 50ms' }, 12, undefined],
    [{ latency: '< 50ms' }, 60, 'it took 60ms, not < 50ms'],
  ])('judges %j by %d ms', (expected, latencyMs, why) => {
    const { params, expect: wanted } = parsed('db:1', expected);
    const result = tcp.judge(params, wanted, { kind: 'tcp', latencyMs });
    expect(result).toMatchObject({
      ok: why === undefined,
      latencyMs,
      observed: expect.stringContaining('connected in'),
    });
    expect(result.why).toBe(why);
  });
});
