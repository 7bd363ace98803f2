import { describe, expect, it } from 'vitest';
import { sampleCatalog } from './catalog.fixture.ts';
import type { Schedule } from './experiment.ts';
import { parseSpec } from './flat.ts';

const kill = { fault: 'alloc-kill', target_job: 'web' };
type Items = Readonly<Record<string, string>>;

function parsed(items: Items) {
  return parseSpec('web', { ...kill, ...items }, sampleCatalog);
}

function schedule(items: Items): Schedule {
  const spec = parsed(items);
  if (!spec.ok) throw new Error(JSON.stringify(spec.problems));
  return spec.spec.schedule;
}

function told(items: Items): readonly string[] {
  const spec = parsed(items);
  return spec.ok ? [] : spec.problems.map(({ code, key, didYouMean }) => [code, key, didYouMean].join(' ').trim());
}

describe('the schedule of a flat spec', () => {
  it('is on time, alone and certain unless it says otherwise', () => {
    expect(schedule({ cron: '0 10 * * mon-fri' })).toEqual({
      when: { kind: 'cron', cron: '0 10 * * MON-FRI', timezone: 'UTC' },
      startDeadlineMs: 300_000,
      suspend: false,
    });
  });

  it('has its zone, its jitter, its chance and what an open run means to it', () => {
    const more = { start_jitter: '10m', probability: '.25', concurrency: 'replace' };
    expect(schedule({ cron: '@hourly', timezone: 'europe/paris', ...more })).toMatchObject({
      when: { kind: 'cron', cron: '@hourly', timezone: 'Europe/Paris' },
      jitterMs: 600_000,
      probability: 0.25,
      concurrency: 'replace',
    });
    expect(schedule({ every: '1h', ...more })).toMatchObject({ jitterMs: 600_000, probability: 0.25 });
  });

  it('may be an event, with how long after it and how often at most', () => {
    expect(schedule({ on: 'deployment-started' }).when).toEqual({
      kind: 'on',
      on: 'deployment-started',
      delayMs: 0,
      minIntervalMs: 300_000,
    });
    const more = { on_delay: '30s', on_min_interval: '1h', start_jitter: '10s' };
    expect(schedule({ on: 'node-joined', ...more })).toMatchObject({
      when: { on: 'node-joined', delayMs: 30_000, minIntervalMs: 3_600_000 },
      jitterMs: 10_000,
    });
  });

  it('has no event of a job where the target names none', () => {
    const { fault, ...node } = { fault: 'node-ineligible', target_node: 'n1', on: 'allocation-started' };
    const spec = parseSpec('web', { fault, ...node }, sampleCatalog);
    expect(spec.ok ? [] : spec.problems).toMatchObject([
      { code: 'SIR-113', key: 'on', found: 'allocation-started', allowed: 'target_job beside it, or on=node-joined' },
    ]);
  });

  it('has one hash whether defaults are written or not, and another for each that is not the default', () => {
    const hash = (items: Items) => {
      const spec = parsed(items);
      return spec.ok ? spec.spec.hash : '';
    };
    const plain = hash({ cron: '0 10 * * *' });
    const defaults = { timezone: 'UTC', start_jitter: '0s', probability: '1', concurrency: 'forbid' };
    expect(hash({ cron: ' 0 10  * * *', ...defaults })).toBe(plain);
    const others = [
      { timezone: 'Europe/Paris' },
      { start_jitter: '1s' },
      { probability: '0.5' },
      { concurrency: 'allow' },
    ];
    const hashes = others.map(each => hash({ cron: '0 10 * * *', ...each }));
    expect(new Set([plain, ...hashes]).size).toBe(5);
  });

  it.each<[what: string, items: Items, expected: readonly string[]]>([
    ['two times', { cron: '@daily', every: '1h' }, ['SIR-106 every']],
    ['three times', { cron: '@daily', every: '1h', at: 'now' }, ['SIR-106 at', 'SIR-106 every']],
    ['a zone beside at', { at: 'now', timezone: 'Europe/Paris' }, ['SIR-106 timezone']],
    ['a zone beside every', { every: '1h', timezone: 'Europe/Paris' }, ['SIR-106 timezone']],
    ['a zone alone', { timezone: 'Europe/Paris' }, ['SIR-103 at']],
    ['an event beside a time', { on: 'node-joined', every: '1h' }, ['SIR-106 on']],
    ['another event', { on: 'deployment-start' }, ['SIR-104 on deployment-started']],
    ['a delay without event', { at: 'now', on_delay: '5s' }, ['SIR-106 on_delay']],
    [
      'words of events',
      { trigger: 'node-joined', cooldown: '5m' },
      ['SIR-101 trigger on', 'SIR-101 cooldown on_min_interval'],
    ],
    ['a bad expression', { cron: '5/15 * * * *' }, ['SIR-104 cron 5-59/15 * * * *']],
    ['a bad zone', { cron: '@daily', timezone: 'Paris' }, ['SIR-104 timezone Europe/Paris']],
    ['a share in percent', { every: '1h', probability: '50%' }, ['SIR-104 probability 0.5']],
    ['a share of more than one', { every: '1h', probability: '50' }, ['SIR-104 probability 0.5']],
    ['another word for forbid', { every: '1h', concurrency: 'Forbid' }, ['SIR-104 concurrency forbid']],
    ['a jitter without unit', { every: '1h', start_jitter: '30' }, ['SIR-104 start_jitter 30s']],
    [
      'words of others',
      { cron: '@daily', tz: 'UTC', splay: '1m' },
      ['SIR-101 tz timezone', 'SIR-101 splay start_jitter'],
    ],
  ])('with %s is answered', (_, items, expected) => {
    expect(told(items).toSorted()).toEqual(expected.toSorted());
  });
});
