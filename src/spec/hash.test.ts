import { describe, expect, it } from 'vitest';
import { sampleCatalog } from './catalog.fixture.ts';
import { parseSpec } from './flat.ts';

const kill = { fault: 'alloc-kill', target_job: 'web', every: '1h' };

function hashOf(items: Record<string, string>): string {
  const parsed = parseSpec('web', items, sampleCatalog);
  return parsed.ok ? parsed.spec.hash : 'none';
}

describe('the hash of a spec', () => {
  it('is the same in every release', () => {
    expect(hashOf(kill)).toBe('sha256:6851d1949d42110ef254d84c841c15293d9e67a5675c48b1d5928629c7879ae8');
  });

  it('is that of what is meant, not of how it is written', () => {
    expect(
      hashOf({ ...kill, every: '60m', signal: 'SIGKILL', target_count: '1', version: '1', suspend: 'false' }),
    ).toBe(hashOf(kill));
  });

  it.each([
    { title: 'x' },
    { seed: '1' },
    { every: '2h' },
    { suspend: 'true' },
    { signal: 'SIGTERM' },
    { target_job: 'api' },
    { start_deadline: '1m' },
  ])('changes with %o', change => {
    expect(hashOf({ ...kill, ...change })).not.toBe(hashOf(kill));
    expect(hashOf({ ...kill, ...change })).not.toBe('none');
  });
});
