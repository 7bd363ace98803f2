import { describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';

const next = (cron: string, ...more: readonly string[]) => sirocco(['schedule', 'next', cron, ...more]);

describe('schedule next', () => {
  it('prints the next times, one a line, and asks nobody', async () => {
    const ran = await next('0 10 * * MON-FRI');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out.split('\n')).toEqual(['2026-11-25T10:00:00Z', '2026-11-26T10:00:00Z', '2026-11-27T10:00:00Z']);
    expect(ran.nomad.asked).toEqual([]);
  });

  it('goes by a zone, from a time, as many as wanted', async () => {
    const ran = await next(
      '30 2 * * *',
      '--timezone',
      'europe/paris',
      '--from',
      '2026-03-28T12:00:00Z',
      '--count',
      '2',
    );
    expect(ran.out.split('\n')).toEqual(['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']);
  });

  it('prints one array as JSON', async () => {
    const ran = await next('@hourly', '--count', '1', '--output', 'json');
    expect(ran.json()).toEqual(['2026-11-24T11:00:00Z']);
  });

  it('says everything that is wrong, with what was meant', async () => {
    const ran = await next('5/15 * * * *', '--timezone', 'Paris', '--from', '2026-11-24', '--output', 'json');
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({
      error: {
        code: 'SIR-104',
        key: 'CRON',
        did_you_mean: '5-59/15 * * * *',
        more: [
          { key: '--timezone', did_you_mean: 'Europe/Paris' },
          { key: '--from', did_you_mean: '2026-11-24T00:00:00Z' },
        ],
      },
    });
  });

  it.each([
    [['0 10 * * 1-5 2027'], 'year last'],
    [['@daily', '--count', '0'], '--count'],
    [['@daily', '--count', 'x'], '--count'],
    [['0', '10', '*', '*', '*'], 'too many arguments'],
    [[], 'cron'],
  ])('%j is answered with exit code 2', async (words, said) => {
    const ran = await sirocco(['schedule', 'next', ...words]);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(said);
  });
});
