import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../base/random.ts';
import { hardLimit, isRecordPath, itemBytes, pack, packAbove, unpack } from './pack.ts';

const record = (body: string) => ({ v: '1', term: '42', state: 'holding', undo: '{"i":"1"}', body });
const regular = JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ alloc: `alloc-${i}`, state: 'done' })));

describe('pack', () => {
  it('leaves a body of at most 8 KiB as it is', () => {
    const items = record('x'.repeat(packAbove));
    expect(pack(items)).toEqual({ items, bytes: itemBytes(items) });
  });

  it('compresses a larger one, says so, and leaves every other item readable', () => {
    const packed = pack(record(regular));
    expect(packed.items).toMatchObject({
      v: '1',
      term: '42',
      state: 'holding',
      undo: '{"i":"1"}',
      body_encoding: 'deflate',
    });
    expect(packed.items.body).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(packed.bytes).toBeLessThan(regular.length / 2);
  });

  it('counts bytes, not characters', () => {
    expect(itemBytes({ ä: '€' })).toBe(5);
    expect(pack(record('€'.repeat(packAbove / 2))).items.body_encoding).toBe('deflate');
  });

  it('shows what can not be made small enough', () => {
    const chance = stream('seed', 'noise');
    const noise = Array.from({ length: 80_000 }, () => String.fromCharCode(33 + chance.below(90))).join('');
    expect(pack(record(noise)).bytes).toBeGreaterThan(hardLimit);
  });
});

describe('unpack', () => {
  it('gives back what was packed, whatever the body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 2000 }), (text, times) => {
        const items = record(text.repeat(times));
        expect(unpack(pack(items).items)).toEqual(items);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['an encoding of a later release', { body: 'x', body_encoding: 'zstd' }, /body_encoding is "zstd".*only "deflate"/],
    ['a body that is gone', { body_encoding: 'deflate' }, /there is no body/],
    [
      'a body that was cut',
      { body: pack(record(regular)).items.body?.slice(0, 80) ?? '', body_encoding: 'deflate' },
      /can't be read: /,
    ],
    ['a body that is no base64 of ours', { body: 'hello', body_encoding: 'deflate' }, /can't be read: /],
  ])('refuses %s', (_what, items, message) => {
    expect(() => unpack(items)).toThrow(message);
  });
});

describe('isRecordPath', () => {
  it.each([
    ['chaos', 'chaos/runs/default_web_20261124T100000Z', true],
    ['chaos', 'chaos/status/web', false],
    ['chaos', 'chaos/runs-x/a', false],
    ['team/chaos', 'chaos/runs/a', false],
  ])('with prefix %s, %s: %s', (prefix, path, expected) => {
    expect(isRecordPath(prefix, path)).toBe(expected);
  });
});
