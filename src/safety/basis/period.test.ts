import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBlackouts, parseWindows } from './period.ts';

const line = (at: string, message: string, meant?: string) => [at, message, ...(meant === undefined ? [] : [meant])];

function wrong(text: string, parse = parseWindows) {
  const parsed = parse(text);
  return parsed.ok
    ? parsed.value
    : parsed.misplaced.map(({ at, misread }) => line(at, misread.message, misread.didYouMean));
}

describe('windows', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a list of none', '[]'],
  ])('are none for %s', (_, text) => {
    expect(parseWindows(text)).toEqual({ ok: true, value: [] });
  });

  it.each([
    [
      'YAML',
      '- cron: 0 9 * * mon-fri\n  duration: 8h\n  timezone: europe/paris\n  namespaces: [team-*, 7]\n  faults: [alloc-*]\n  reason: working hours\n',
    ],
    [
      'JSON',
      '[{"cron":"0 9 * * mon-fri","duration":"8h","timezone":"Europe/Paris","namespaces":["team-*","7"],"faults":["alloc-*"],"reason":"working hours"}]',
    ],
  ])('are read from %s', (_, text) => {
    expect(parseWindows(text)).toEqual({
      ok: true,
      value: [
        {
          place: 'windows[0]',
          cron: '0 9 * * MON-FRI',
          timezone: 'Europe/Paris',
          durationMs: 28_800_000,
          namespaces: ['team-*', '7'],
          faults: ['alloc-*'],
          reason: 'working hours',
        },
      ],
    });
  });

  const daily = 'cron: 0 9 * * *, duration: 8h';
  it.each([
    ['a mapping', `{${daily}}`, [['', '`{cron: 0 9 * * *, duration: 8h}` is not a list']]],
    ['a word', 'always', [['', '`always` is not a list']]],
    ['a list of words', '[daily]', [['[0]', '`daily` is not a mapping']]],
    [
      'no cron and no duration',
      '[{timezone: UTC}]',
      [
        ['[0]', 'cron is needed'],
        ['[0]', 'duration is needed'],
      ],
    ],
    [
      'a cron that never comes',
      '[{cron: 0 9 30 2 *, duration: 8h}]',
      [['[0].cron', 'day of month: no month given has a day 30']],
    ],
    ['a bad cron', '[{cron: "60 * * * *", duration: 8h}]', [['[0].cron', "minute: `60` can't be read"]]],
    ['a number as duration', '[{cron: 0 9 * * *, duration: 8}]', [['[0].duration', '`8` is not a duration', '8s']]],
    [
      'a duration past a month',
      '[{cron: 0 9 * * *, duration: 745h}]',
      [['[0].duration', '`745h` is more than 744h', '744h']],
    ],
    [
      'a zone that is none',
      `[{${daily}}, {${daily}, timezone: Paris}]`,
      [['[1].timezone', '`Paris` is not a time zone', 'Europe/Paris']],
    ],
    ['a slip', `[{${daily}, timezon: UTC}]`, [['[0]', '`timezon` is not a key of it', 'timezone']]],
    ['another word', `[{${daily}, tz: UTC}]`, [['[0]', '`tz` is not a key of it', 'timezone']]],
    [
      'one namespace, singular',
      `[{${daily}, namespace: a}]`,
      [['[0]', '`namespace` is not a key of it', 'namespaces']],
    ],
    [
      'a namespace that is no list',
      `[{${daily}, namespaces: a}]`,
      [['[0].namespaces', '`a` is not a list of namespaces']],
    ],
    ['no namespace', `[{${daily}, namespaces: []}]`, [['[0].namespaces', '`[]` is not a list of namespaces']]],
    ['a broken glob', `[{${daily}, faults: ["n[1"]}]`, [['[0].faults', '`n[1` is not a glob']]],
    [
      'a key of blackouts',
      `[{${daily}, mode: shadow}]`,
      [['[0]', '`mode` is not a key of windows: it belongs to blackouts']],
    ],
    [
      'an anchor',
      `[&a {${daily}}]`,
      [['', '`[&a {cron: 0 9 * * *, duration: 8h}]` is not plain YAML: an anchor is not read here']],
    ],
    ['an alias', `[&a {${daily}}, *a]`, [['', expect.stringContaining('an alias is not read here')]]],
    ['a merge key', `[{<<: {${daily}}, cron: 0 9 * * *, duration: 8h}]`, [['[0]', '`<<` is not a key of it']]],
    ['a tag', `[!!map {${daily}}]`, [['', expect.stringContaining('a tag is not read here')]]],
    [
      'a star without quotes',
      '- cron: */5 * * * *\n  duration: 1m',
      [['', 'line 1: `*` begins an alias, which is not read here']],
    ],
    ['a key twice', `[{${daily}, cron: "1 * * * *"}]`, [['', 'line 1: this key is there twice']]],
    ['two documents', '[]\n---\n[]', [['', 'line 2: a second document begins here']]],
    ['a nest', '['.repeat(50_000), [['', expect.stringContaining('is not nested at most 8 deep')]]],
    ['too many', `[${`{${daily}},`.repeat(101)}]`, [['', '`101 of them` is not at most 100']]],
  ])('are refused for %s', (_, text, expected) => {
    expect(wrong(text)).toEqual(expected);
  });
});

describe('blackouts', () => {
  it('may make shadow runs, and undo what is in force', () => {
    const parsed = parseBlackouts('[{cron: 0 0 24 12 *, duration: 72h, mode: shadow, abort: true, reason: feast}]');
    expect(parsed.ok && parsed.value).toMatchObject([
      { place: 'blackouts[0]', timezone: 'UTC', durationMs: 259_200_000, mode: 'shadow', abort: true, reason: 'feast' },
    ]);
  });

  it.each([
    ['mode: shadwo', [['[0].mode', '`shadwo` is not one of the words allowed', 'shadow']]],
    ['mode: run', [['[0].mode', '`run` is not one of the words allowed']]],
    ['abort: yes', [['[0].abort', '`yes` is not true or false', 'true']]],
  ])('refuse %s', (text, expected) => {
    expect(wrong(`[{cron: 0 0 24 12 *, duration: 72h, ${text}}]`, parseBlackouts)).toEqual(expected);
  });
});

it('any text is read or answered, each place with what is allowed', () => {
  const pieces =
    '[ ] { } , : - " * & ! \n cron duration 8h 0 9 timezone UTC namespaces faults abort true << null'.split(' ');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map(each => each.join(' ')),
    fc.json({ maxDepth: 3 }),
  );
  fc.assert(
    fc.property(text, written => {
      const parsed = parseBlackouts(written);
      for (const { misread } of parsed.ok ? [] : parsed.misplaced) {
        expect(misread.message).toMatch(/^\P{Cc}+$/u);
        expect(misread.allowed).toMatch(/./);
      }
    }),
    { numRuns: 150 },
  );
});
