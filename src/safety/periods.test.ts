import { describe, expect, it } from 'vitest';
import { parseTime } from '../base/time.ts';
import { almanac } from '../schedule/almanac.ts';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { sampleContext } from './basis/context.fixture.ts';
import { blackouts } from './blackouts.ts';
import type { Gate, GateContext } from './gate.ts';
import { parseLimits } from './limits.ts';
import { windows } from './windows.ts';

const at = (text: string) => parseTime(text) ?? Number.NaN;
const monday = at('2026-11-23T07:30:00Z');

function ask(gate: Gate, text: string, over: Partial<GateContext> = {}) {
  const parsed = parseLimits({ [gate.name]: text });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return gate.ask(sampleContext({ limits: parsed.limits, almanac, now: monday, ...over }));
}

describe('windows', () => {
  const hours = '{cron: 0 9 * * MON-FRI, duration: 8h, timezone: Europe/Paris, reason: working hours}';
  const words = 'windows[0] (0 9 * * MON-FRI for 8h, Europe/Paris: working hours)';
  const opens = `outside of the windows of default; the next opens at 2026-11-23T09:00:00+01:00: ${words}`;

  it('stand in nobody’s way where none names the namespace', () => {
    expect(ask(windows, '')).toMatchObject({ ok: true });
    expect(ask(windows, `[{namespaces: [prod-*], cron: 0 9 * * *, duration: 1h}]`)).toMatchObject({
      ok: true,
      message: 'no window is asked for in default',
    });
  });

  it('say when they open, and until when they are open', () => {
    expect(ask(windows, `[${hours}]`)).toEqual({ ok: false, reason: 'window', message: opens, retry: true });
    expect(ask(windows, `[${hours}]`, { now: at('2026-11-23T08:00:00Z') })).toEqual({
      ok: true,
      message: `inside ${words}, until 2026-11-23T17:00:00+01:00`,
    });
    expect(ask(windows, `[${hours}]`, { now: at('2026-11-23T16:00:00Z') })).toMatchObject({
      message: expect.stringContaining('opens at 2026-11-24T09:00:00+01:00'),
    });
  });

  it.each([
    ['waits for one that opens by its start deadline', at('2026-11-23T08:00:00Z'), true],
    ['waits for none that opens later', at('2026-11-23T07:59:59Z'), false],
  ])('a run %s', (_, startDeadline, retry) => {
    expect(ask(windows, `[${hours}]`, { startDeadline })).toMatchObject({ ok: false, retry });
  });

  it('that are for other faults let none of this one start', () => {
    const open = '{cron: 0 * * * *, duration: 1h, faults: [node-*]}';
    expect(ask(windows, `[${open}]`)).toEqual({
      ok: false,
      reason: 'window',
      message: 'namespace default has windows, and none of them is for sample-kill',
      retry: false,
    });
    expect(ask(windows, `[${open}]`, { fault: sampleFault({ name: 'node-drain' }) })).toMatchObject({ ok: true });
  });
});

describe('blackouts', () => {
  const feast = '{cron: 0 0 * * MON, duration: 24h, reason: feast';
  const words = 'blackout until 2026-11-24T00:00:00Z: blackouts[0] (0 0 * * MON for 24h, UTC: feast)';

  it('refuse while they last, and say until when', () => {
    expect(ask(blackouts, `[${feast}}]`)).toEqual({ ok: false, reason: 'blackout', message: words, retry: true });
    expect(ask(blackouts, `[${feast}}]`, { startDeadline: monday + 300_000 })).toMatchObject({ retry: false });
    expect(ask(blackouts, `[${feast}}]`, { now: at('2026-11-24T00:00:00Z') })).toEqual({
      ok: true,
      message:
        'no blackout is in force; the next begins at 2026-11-30T00:00:00Z: blackouts[0] (0 0 * * MON for 24h, UTC: feast)',
    });
  });

  it('say when none is left', () => {
    const more = '{cron: 0 22 * * MON, duration: 4h, timezone: Europe/Paris}';
    expect(ask(blackouts, `[${feast}}, ${more}]`)).toMatchObject({
      message: `${words}; none is left at 2026-11-24T01:00:00Z`,
    });
    expect(ask(blackouts, `[${feast}}, {cron: 0 * * * *, duration: 1h}]`)).toMatchObject({
      message: `${words}; those that follow leave no gap in sight`,
      retry: false,
    });
  });

  it.each([
    ['another namespace', 'namespaces: [prod]'],
    ['other faults', 'faults: [node-*]'],
  ])('of %s stand in nobody’s way', (_, key) => {
    expect(ask(blackouts, `[${feast}, ${key}}]`)).toEqual({ ok: true, message: 'no blackout is in force' });
  });

  it('with mode shadow let it through, and one without still refuses', () => {
    expect(ask(blackouts, `[${feast}, mode: shadow}]`)).toEqual({
      ok: true,
      message: `${words}; a run would be a shadow run`,
    });
    expect(ask(blackouts, `[${feast}, mode: shadow}, ${feast}}]`)).toMatchObject({ ok: false, reason: 'blackout' });
  });
});
