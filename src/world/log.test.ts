import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { createSecrets } from './secrets.ts';
import type { LogLevel } from './types.ts';

const token = '3c1f2e7a-9d04-4b6e-8f55-0a7b1c2d3e4f';

function capture(level: LogLevel = 'debug', known: readonly string[] = []) {
  const lines: string[] = [];
  const secrets = createSecrets();
  for (const value of known) secrets.add(value);
  const log = createLog({ level, base: { service: 'sirocco' }, secrets, sink: { write: line => lines.push(line) } });
  return { log, secrets, text: () => lines.join(''), parsed: () => lines.map(line => JSON.parse(line)) };
}

describe('log', () => {
  it('writes one JSON line an entry with level, message, time, base and own fields', () => {
    const { log, parsed } = capture();
    log.warn({ run: 'default_web_20261124T100000Z' }, 'undo again');
    expect(parsed()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        service: 'sirocco',
        run: 'default_web_20261124T100000Z',
        msg: 'undo again',
      },
    ]);
  });

  it('keeps entries below its level out', () => {
    const { log, parsed } = capture('warn');
    log.debug({}, 'a');
    log.info({}, 'b');
    log.child({ run: 'r' }).info({}, 'c');
    log.error({}, 'd');
    expect(parsed().map(line => line.msg)).toEqual(['d']);
  });

  it.each([
    ['at the top', { token }],
    ['one level down', { nomad: { token } }],
    ['two levels down', { a: { b: { SecretID: token } } }],
    ['three levels down', { a: { b: { c: { secret: token } } } }],
    ['in headers', { headers: { 'X-Nomad-Token': token, 'x-nomad-token': token, authorization: `Bearer ${token}` } }],
    ['in an array', { requests: [{ token }] }],
  ])('masks a value under a secret key %s, though it never heard of the value', (_where, fields) => {
    const { log, text } = capture();
    log.info(fields, 'sent');
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain(token);
  });

  it('masks in children and their children, in bindings and in entries', () => {
    const { log, text, parsed } = capture();
    const child = log.child({ token, part: 'nomad' }).child({ nested: { token } });
    child.info({ again: { token } }, 'sent');
    expect(text()).not.toContain(token);
    expect(parsed()[0]).toMatchObject({ part: 'nomad', token: '[redacted]', nested: { token: '[redacted]' } });
  });

  it.each([
    ['the message', (log: ReturnType<typeof capture>['log']) => log.info({}, `denied for ${token}`)],
    ['a URL', (log: ReturnType<typeof capture>['log']) => log.info({ url: `http://x/v1/jobs?token=${token}` }, 'm')],
    ['an error', (log: ReturnType<typeof capture>['log']) => log.error({ err: new Error(`bad ${token}`) }, 'm')],
    ['a child', (log: ReturnType<typeof capture>['log']) => log.child({ why: token }).warn({}, token)],
  ])('takes a known secret out of %s', (_where, write) => {
    const { log, text } = capture('debug', [token]);
    write(log);
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain(token);
  });

  it('knows a token from the moment that it was read, and the one before it still', () => {
    const { log, secrets, text } = capture('debug', [token]);
    const renewed = 'eyJhbGciOi.JSUzI1NiIs+/="quoted"';
    secrets.add(renewed);
    log.info({ value: renewed, url: `?t=${encodeURIComponent(renewed)}` }, `${token} became ${renewed}`);
    expect(text()).not.toContain(token);
    expect(text()).not.toContain('JSUzI1NiIs');
    expect(JSON.parse(text()).msg).toBe('[redacted] became [redacted]');
  });
});

describe('secrets', () => {
  it('masks a signed identity that it never heard of, by its shape', () => {
    const identity = `eyJ${'a'.repeat(20)}.eyJ${'b-_'.repeat(10)}.${'C9'.repeat(20)}`;
    expect(createSecrets().scrub(`Bearer ${identity}"`)).toBe('Bearer [redacted]"');
  });

  it('leaves text alone that holds no secret, and ignores values too short to be one', () => {
    const secrets = createSecrets();
    secrets.add(undefined);
    secrets.add('');
    secrets.add('web');
    expect(secrets.scrub('web is up')).toBe('web is up');
  });

  it('masks the longer of two secrets whole', () => {
    const secrets = createSecrets();
    secrets.add('abcdefgh');
    secrets.add('abcdefgh-ijkl');
    expect(secrets.scrub('abcdefgh-ijkl abcdefgh')).toBe('[redacted] [redacted]');
  });
});
