import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bool, duration, fieldMeta, int, oneOf, percent, size, text } from './fields.ts';

const fields = {
  bool: bool(),
  int: int({ min: 1, max: 9 }),
  duration: duration({ min: 1000, max: 60_000 }),
  percent: percent({ min: 1 }),
  size: size({ max: 1024 ** 3 }),
  word: oneOf(['SIGKILL', 'SIGTERM']),
  text: text({ max: 8, pattern: /^[a-z ]+$/ }),
} as const;

type Name = keyof typeof fields;

describe('fields', () => {
  it.each<[Name, unknown, unknown]>([
    ['bool', 'true', true],
    ['bool', false, false],
    ['int', '3', 3],
    ['int', 9, 9],
    ['duration', '30s', 30_000],
    ['duration', 1500, 1500],
    ['percent', '33.3', 33.3],
    ['percent', 100, 100],
    ['size', '512MiB', 536_870_912],
    ['size', 10, 10],
    ['word', 'SIGTERM', 'SIGTERM'],
    ['text', 'a word', 'a word'],
  ])('%s takes %o', (name, value, native) => {
    expect(fields[name].safeParse(value)).toEqual({ success: true, data: native });
  });

  it.each<[Name, unknown, string | undefined]>([
    ['bool', 'yes', 'true'],
    ['bool', 'Off', 'false'],
    ['bool', 'maybe', undefined],
    ['bool', Object.create(null), undefined],
    ['int', '12', '9'],
    ['int', '0', '1'],
    ['int', '2.7', '3'],
    ['int', '1e99', undefined],
    ['int', ' ', undefined],
    ['duration', '30', '30s'],
    ['duration', '5m', '1m'],
    ['duration', 1.5, undefined],
    ['duration', '1d', undefined],
    ['percent', '50%', '50'],
    ['percent', '150%', undefined],
    ['percent', Number.NaN, undefined],
    ['size', '512M', '512MiB'],
    ['size', '2GiB', '1GiB'],
    ['word', 'sigkil', 'SIGKILL'],
    ['word', 9, undefined],
    ['text', 'A', undefined],
    ['text', 'far too long', undefined],
    ['text', 'a\nb', undefined],
    ['text', '   ', undefined],
  ])('%s refuses %o and offers %o', (name, value, meant) => {
    const issue = fields[name].safeParse(value).error?.issues[0];
    const params = issue?.code === 'custom' ? issue.params : undefined;
    expect(params).toMatchObject({
      allowed: fieldMeta(fields[name])?.allowed,
      found: expect.any(String),
      message: issue?.message,
    });
    expect(params?.didYouMean).toBe(meant);
  });

  it('work as fields of an object, with defaults and options', () => {
    const schema = z.strictObject({ grace: duration().default(5000), deep: bool().optional(), count: int() });
    expect(schema.parse({ count: '2' })).toEqual({ grace: 5000, count: 2 });
    expect(schema.safeParse({}).error?.issues.map(issue => [issue.path, issue.message])).toEqual([
      [['count'], 'a whole number is needed'],
    ]);
  });

  it('tell what they take, also wrapped', () => {
    const wrapped = int({ min: 1, max: 3, help: 'how many' }).default(1).optional();
    expect(fieldMeta(wrapped)).toMatchObject({
      allowed: 'a whole number, 1 to 3',
      help: 'how many',
      json: { type: 'integer', minimum: 1, maximum: 3 },
    });
    expect(fieldMeta(z.string())).toBeUndefined();
  });

  it('write values as they read them', () => {
    expect(fieldMeta(fields.duration)?.format(90_000)).toBe('1m30s');
    expect(fieldMeta(fields.size)?.format(1024)).toBe('1KiB');
  });

  it('answer any value, and offer only what they take', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(fields)),
        fc.oneof(fc.anything(), fc.string(), fc.stringMatching(/^[0-9.]{1,6}[a-zA-Z%]{0,3}$/)),
        (schema: z.ZodType, value) => {
          const issue = schema.safeParse(value).error?.issues[0];
          if (issue?.code !== 'custom') return;
          const meant: unknown = issue.params?.didYouMean;
          if (meant !== undefined) expect(schema.safeParse(meant).success).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
