import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32, drawnRunId, requestRunId, runId, runIdParts, sha256Base32, sha256Hex } from './ids.ts';

const ten = Date.UTC(2026, 10, 24, 10);
const name = fc.stringMatching(/^[a-z0-9-]{1,64}$/);
const namespace = fc.stringMatching(/^[a-zA-Z0-9-]{1,128}$/);

describe('base32', () => {
  // the test vectors of RFC 4648, section 10
  it.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('of %s is %s', (text, coded) => {
    expect(base32(new TextEncoder().encode(text))).toBe(coded);
  });
});

describe('hashes', () => {
  it('are those of SHA-256 over UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(sha256Hex(text)).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
    expect(sha256Base32('abc', 10)).toBe('xj4bnp4pah');
  });
});

describe('run ids', () => {
  it('name namespace, schedule and tick', () => {
    expect(runId('default', 'web-kill', ten)).toBe('default_web-kill_20261124T100000Z');
    expect(runId('default', 'web-kill', ten + 5)).toBe('default_web-kill_20261124T100000005Z');
  });

  it('past 100 characters keep 60 and 20 of the hash of the whole', () => {
    const [space, schedule] = ['n'.repeat(60), 's'.repeat(64)];
    const whole = `${space}_${schedule}_20261124T100000Z`;
    expect(runId(space, schedule, ten)).toBe(`${whole.slice(0, 60)}_${sha256Base32(whole, 20)}`);
    expect(runId('n'.repeat(18), schedule, ten)).toHaveLength(100);
    expect(runId('n'.repeat(19), schedule, ten)).toHaveLength(81);
  });

  it('of a request hold a hash of its namespace, id and CreateIndex', () => {
    expect(requestRunId('default', 'web-kill', 'r1', 42)).toBe(`default_web-kill_${sha256Base32('default/r1/42', 10)}`);
    expect(requestRunId('default', 'web-kill', 'r1', 43)).not.toBe(requestRunId('default', 'web-kill', 'r1', 42));
  });

  it('of the command line are drawn', () => {
    expect(drawnRunId('default', 'cli', new Uint8Array([255, 255, 255, 255, 255, 255, 255]))).toBe(
      'default_cli_7777777777',
    );
  });

  it('fit into the path of a Variable and say what they are made of', () => {
    fc.assert(
      fc.property(namespace, name, fc.integer({ min: 0, max: 4e12 }), (space, schedule, tick) => {
        const id = runId(space, schedule, tick);
        expect(`chaos/runs/${id}`).toMatch(/^[a-zA-Z0-9-_~/]{1,128}$/);
        expect(runIdParts(id)).toEqual(id.length === 81 ? undefined : { namespace: space, schedule, tick });
      }),
    );
  });

  it('are taken apart only when they are run ids', () => {
    expect(runIdParts('default_web_abcdefghij')).toEqual({ namespace: 'default', schedule: 'web' });
    expect(runIdParts('default_web')).toBeUndefined();
    expect(runIdParts('default_web_20261324T100000Z')).toBeUndefined();
    expect(runIdParts('default_web_0000000000')).toBeUndefined();
  });
});
