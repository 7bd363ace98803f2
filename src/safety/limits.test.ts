import { describe, expect, it } from 'vitest';
import { defaultLimits, limitKeys, parseLimits } from './limits.ts';

function problemsOf(items: Record<string, string>) {
  const parsed = parseLimits(items);
  return parsed.ok ? [] : parsed.problems;
}

describe('parseLimits', () => {
  it('gives the defaults without a Variable, and for one without items', () => {
    expect(parseLimits(undefined)).toEqual({ ok: true, limits: defaultLimits });
    expect(parseLimits({})).toEqual({ ok: true, limits: defaultLimits });
  });

  it('reads every key', () => {
    const items = {
      max_group_percent: '25',
      max_namespace_percent: '12.5',
      max_nodes_percent: '0',
      max_concurrent_runs: '3',
      max_runs_per_job: '2',
      min_interval_per_job: '90s',
      max_duration: '10m',
      trust: '{"team-a": "node", "team-b": {"gpu": "cluster"}}',
      exclude_jobs: 'db-*, prod/web',
      exclude_nodes: '',
      opt_in: 'true',
      windows: '[{cron: 0 9 * * mon-fri, duration: 8h}]',
      blackouts: '- {cron: "@monthly", duration: 48h, timezone: Europe/Paris, abort: true}',
      require_approval: 'node-*, alloc-stop',
      probe_hosts: 'shop.example, 10.0.0.0/8',
      cluster: 'eu-west',
    };
    expect(Object.keys(items)).toEqual(limitKeys);
    expect(parseLimits(items)).toEqual({
      ok: true,
      limits: {
        maxGroupPercent: 25,
        maxNamespacePercent: 12.5,
        maxNodesPercent: 0,
        maxConcurrentRuns: 3,
        maxRunsPerJob: 2,
        minIntervalPerJobMs: 90_000,
        maxDurationMs: 600_000,
        trust: new Map([
          ['team-a', new Map([['*', 'node']])],
          ['team-b', new Map([['gpu', 'cluster']])],
        ]),
        excludeJobs: ['db-*', 'prod/web'],
        excludeNodes: [],
        optIn: true,
        windows: [{ place: 'windows[0]', cron: '0 9 * * MON-FRI', timezone: 'UTC', durationMs: 28_800_000 }],
        blackouts: [
          {
            place: 'blackouts[0]',
            cron: '@monthly',
            timezone: 'Europe/Paris',
            durationMs: 172_800_000,
            abort: true,
          },
        ],
        requireApproval: ['node-*', 'alloc-stop'],
        probeHosts: expect.any(Array),
        cluster: 'eu-west',
        items,
      },
    });
  });

  it.each([
    ['a key that is near', { max_grop_percent: '5' }, 'unknown limit max_grop_percent', 'max_group_percent'],
    ['a key in other letters', { maxDuration: '5m' }, 'unknown limit maxDuration', 'max_duration'],
    ['a key like none', { zzz: '1' }, 'unknown limit zzz', undefined],
    ['a key of objects', { constructor: '1' }, 'unknown limit constructor', undefined],
    ['a share above all', { max_group_percent: '150' }, 'max_group_percent: `150` is more than 100', '100'],
    ['a sign', { max_nodes_percent: '10%' }, 'max_nodes_percent: `10%` is not a percentage', '10'],
    ['a word for a number', { max_runs_per_job: 'two' }, 'max_runs_per_job: `two` is not a whole number', undefined],
    ['no unit', { max_duration: '30' }, 'max_duration: `30` is not a duration', '30s'],
    ['nothing', { min_interval_per_job: '' }, 'min_interval_per_job: a duration is needed', undefined],
    ['another yes', { opt_in: 'yes' }, 'opt_in: `yes` is not true or false', 'true'],
    ['a hole in a list', { exclude_jobs: 'a,,b' }, 'exclude_jobs: `a,,b` is not a list: a pattern is empty', undefined],
    ['a broken glob', { exclude_nodes: 'n[1' }, 'exclude_nodes: `n[1` is not a glob', undefined],
  ])('refuses %s', (_, items, message, didYouMean) => {
    const [problem, ...others] = problemsOf(items as Record<string, string>);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'SIR-112', key: Object.keys(items)[0], message });
    expect(problem?.allowed).not.toBe('');
    expect(problem?.didYouMean).toBe(didYouMean);
  });

  it('tells every problem at once', () => {
    const windows = '[{cron: 0 9 * * *, duration: 8h}, {cron: 61 * * * *, duration: 8}]';
    expect(problemsOf({ windows, max_duration: '5', opt_in: 'true' })).toMatchObject([
      { code: 'SIR-112', key: 'windows[1].cron', message: "windows[1].cron: minute: `61` can't be read" },
      { key: 'windows[1].duration', message: 'windows[1].duration: `8` is not a duration', didYouMean: '8s' },
      { key: 'max_duration' },
    ]);
  });
});
