/** Windows and blackouts by the clock on the wall, the same on a Nomad of either kind. */

import { expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, finishedRun, type Items, makePlace, signalsOf } from './place.ts';

const withinMs = 240_000;
const wide = { max_group_percent: '100', max_namespace_percent: '100', max_nodes_percent: '100' };
const kill: Items = { fault: 'alloc-kill', target_job: 'web', at: 'now', recover_within: '30s' };

interface Body {
  readonly message?: string;
  readonly injectedAt?: number;
  readonly revertingAt?: number;
}

/** The moment, to the second, as a cron of six fields. */
function cronAt(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
}

/** A whole second, so long from now. */
function secondsOn(ms: number): number {
  return Math.ceil((Date.now() + ms) / 1_000) * 1_000;
}

/** In force all day. */
const always = '{cron: "0 * * * *", duration: 2h, reason: the big sale';
/** Half a day away. */
const elsewhere = () => `[{cron: "${cronAt(Date.now() + 43_200_000)}", duration: 1m}]`;

/** Registers the cases; each has a place of its own. */
export function windowSuite(getCluster: () => Cluster): void {
  /** `periods` are asked for once the job runs, which may take its time. */
  async function begun(periods: () => Items, items: Items) {
    const place = await makePlace(getCluster(), everyRight);
    await place.run({ id: 'web', count: 3 });
    await place.put('chaos/control/limits', { ...wide, ...periods() });
    const controller = await startController(place.options('one'), place.nomad);
    // A tick that nobody was there to take is missed.
    await controller.leads();
    await place.put('chaos/schedule/it', items);
    return {
      place,
      async ended() {
        const { items: record } = await finishedRun(place, withinMs - 30_000);
        const body = JSON.parse(record['body'] ?? '{}') as Body;
        await controller.end();
        return {
          ...body,
          verdict: verdictIn(record),
          undo: record['undo'] ?? '',
          signals: signalsOf(await place.allocations('web')),
          story: `${body.message}\n${controller.story()}`,
        };
      },
    };
  }

  it.each<[string, () => Items, RegExp]>([
    ['outside every window', () => ({ windows: elsewhere() }), /window/],
    ['in a blackout', () => ({ blackouts: `[${always}}]` }), /the big sale/],
    [
      'in a blackout, though in a window too',
      () => ({ windows: '[{cron: "0 * * * *", duration: 2h}]', blackouts: `[${always}, faults: [alloc-*]}]` }),
      /the big sale/,
    ],
  ])('let no run start %s', { timeout: withinMs }, async (_, periods, words) => {
    const on = await begun(periods, { ...kill, start_deadline: '30s' });
    const { verdict, message, signals, story } = await on.ended();
    expect(verdict, story).toMatch(/^refused\//);
    expect(message).toMatch(words);
    expect(signals).toBe(0);
  });

  it('are for the faults that they name', { timeout: withinMs }, async () => {
    const on = await begun(() => ({ blackouts: `[${always}, faults: [node-*]}]` }), kill);
    const { verdict, signals, story } = await on.ended();
    expect([verdict, signals], story).toEqual(['passed', 1]);
  });

  it('are waited for where they open in time', { timeout: withinMs }, async () => {
    let opens = 0;
    const opening = () => {
      opens = secondsOn(12_000);
      return { windows: `[{cron: "${cronAt(opens)}", duration: 1h}]` };
    };
    const on = await begun(opening, kill);
    const { verdict, injectedAt = 0, signals, story } = await on.ended();
    expect([verdict, signals], story).toEqual(['passed', 1]);
    expect(injectedAt).toBeGreaterThanOrEqual(opens);
    expect(injectedAt).toBeLessThan(opens + 30_000);
  });

  it('make shadow runs where they say so', { timeout: withinMs }, async () => {
    const on = await begun(() => ({ blackouts: `[${always}, mode: shadow}]` }), kill);
    const { verdict, message, signals, story } = await on.ended();
    expect([verdict, signals], story).toEqual(['passed/shadow', 0]);
    expect(message).toMatch(/the big sale/);
  });

  it('undo what is in force as they begin, where they say so', { timeout: withinMs }, async () => {
    let begins = 0;
    const beginning = () => {
      begins = secondsOn(25_000);
      return { blackouts: `[{cron: "${cronAt(begins)}", duration: 1h, abort: true, reason: the big sale}]` };
    };
    const scale = { fault: 'job-scale', delta: '-1', duration: '150s', target_job: 'web', at: 'now' };
    const on = await begun(beginning, scale);
    const first = async () => [...(await on.place.records()).values()][0];
    await until('the fault to be in force', async () => (await first())?.['state'] === 'holding', { within: 22_000 });
    const { verdict, message, revertingAt = 0, undo, story } = await on.ended();
    expect(verdict, story).toBe('aborted/blackout');
    expect(message).toMatch(/the big sale/);
    expect(undo).toContain('"state":"undone"');
    expect(revertingAt).toBeGreaterThanOrEqual(begins);
    expect(revertingAt).toBeLessThan(begins + 15_000);
  });
}
