import { describe, expect, it } from 'vitest';
import { createWorld, logOptions } from './real.ts';

const world = createWorld({ level: 'error', sink: { write: () => {} } });

describe('real world', () => {
  it('has a wall clock in milliseconds since the epoch and a monotonic one that does not go back', () => {
    expect(world.wall()).toBeGreaterThan(Date.UTC(2026, 0, 1));
    const first = world.mono();
    expect(world.mono()).toBeGreaterThanOrEqual(first);
  });

  it('calls once after the delay, and not at all when cancelled', async () => {
    const calls: string[] = [];
    const cancel = world.after(0, () => calls.push('cancelled'));
    cancel();
    await new Promise<void>(resolve => {
      world.after(-5, () => calls.push('past'));
      world.after(2, resolve);
    });
    expect(calls).toEqual(['past']);
  });

  it('does not fire at once for a delay longer than a timer can hold', async () => {
    let fired = false;
    const cancel = world.after(Number.MAX_SAFE_INTEGER, () => {
      fired = true;
    });
    await new Promise<void>(resolve => world.after(5, resolve));
    cancel();
    expect(fired).toBe(false);
  });

  it('draws other bytes each time', () => {
    expect(world.bytes(16)).toHaveLength(16);
    expect(world.bytes(16)).not.toEqual(world.bytes(16));
  });

  it.each([
    [undefined, ['info', 'warn', 'error']],
    ['', ['info', 'warn', 'error']],
    ['WARN', ['warn', 'error']],
    ['debug', ['debug', 'info', 'warn', 'error']],
  ])('takes the level of the log from the environment: %j', (SIROCCO_LOG_LEVEL, expected) => {
    const lines: string[] = [];
    const { log } = createWorld({ ...logOptions({ SIROCCO_LOG_LEVEL }), sink: { write: line => lines.push(line) } });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({}, 'm');
    expect(lines.map(line => JSON.parse(line).level)).toEqual(expected);
  });

  it('refuses a level that there is not, with the nearest one', () => {
    expect(() => logOptions({ SIROCCO_LOG_LEVEL: 'warns' })).toThrow(
      expect.objectContaining({
        code: 'SIR-500',
        problems: [expect.objectContaining({ allowed: 'debug, info, warn, error', didYouMean: 'warn' })],
      }),
    );
  });

  it('keeps the secrets of the environment, and those it is told of, out of the log', () => {
    const lines: string[] = [];
    const env = { NOMAD_TOKEN: '3c1f2e7a-9d04-4b6e-8f55-0a7b1c2d3e4f', NOMAD_HTTP_AUTH: 'ops:correct-horse' };
    const { log, secrets } = createWorld({ ...logOptions(env), sink: { write: line => lines.push(line) } });
    secrets.add('from-a-file-0001');
    log.info({ why: env.NOMAD_TOKEN }, 'ops:correct-horse from-a-file-0001');
    expect(lines.join('')).not.toMatch(/3c1f2e7a|correct-horse|0001/);
  });
});
