import { describe, expect, it } from 'vitest';
import type { NomadRequest, Outcome } from '../nomad/types.ts';
import { createSecrets } from '../world/secrets.ts';
import { secretReads } from './secret-reads.ts';
import type { Connection } from './types.ts';

const token = 'S3CRET-S3CRET';
const read = (path: string): NomadRequest => ({ method: 'GET', path, kind: 'variable_read' });

function setUp(outcome: Outcome) {
  const secrets = createSecrets();
  const waiting: (() => void)[] = [];
  const cancelled: number[] = [];
  let closed = 0;
  const inner: Connection = {
    send: async () => outcome,
    openStream: () => ({ close: () => {} }),
    close: () => {
      closed += 1;
    },
  };
  const timers = {
    after: (_: number, fn: () => void) => {
      const n = waiting.push(fn);
      return () => void cancelled.push(n);
    },
  };
  const connection = secretReads(inner, { prefix: 'chaos', add: secrets.add, timers });
  return { connection, secrets, waiting, cancelled, closed: () => closed };
}

const answered: Outcome = {
  kind: 'ok',
  response: { status: 200, index: 5, body: { Path: 'chaos/secrets/shop', Items: { token, pin: '1234' } } },
};

describe('reads of secrets', () => {
  it('are told before whoever asked hears of them, and forgotten when nobody has them any more', async () => {
    const { connection, secrets, waiting } = setUp(answered);
    const [first, second] = [read('/v1/var/chaos/secrets/shop'), read('/v1/var/chaos/secrets/shop')];
    expect(await connection.send(first)).toBe(answered);
    expect(secrets.scrub(`x ${token} 1234`)).toBe('x [redacted] 1234');
    await connection.send(second);
    waiting[0]?.();
    waiting[1]?.();
    expect(secrets.scrub(token)).toBe('[redacted]');
    for (const forget of waiting) forget();
    expect(secrets.scrub(token)).toBe(token);
  });

  it.each<[string, string, Outcome]>([
    ['of another Variable', '/v1/var/chaos/schedule/shop', answered],
    [
      'that found nothing',
      '/v1/var/chaos/secrets/shop',
      { kind: 'ok', response: { status: 404, index: 5, body: 'no' } },
    ],
    [
      'that were denied',
      '/v1/var/chaos/secrets/shop',
      { kind: 'refused', status: 403, message: token, reason: 'denied' },
    ],
  ])('%s tell of none', async (_, path, outcome) => {
    const { connection, secrets, waiting } = setUp(outcome);
    await connection.send(read(path));
    expect(waiting).toEqual([]);
    expect(secrets.scrub(token)).toBe(token);
  });

  it('leave no timer behind that would keep the process alive', async () => {
    const { connection, cancelled, closed } = setUp(answered);
    await connection.send(read('/v1/var/chaos/secrets/shop'));
    await connection.close();
    expect([cancelled, closed()]).toEqual([[1, 2], 1]);
  });
});
