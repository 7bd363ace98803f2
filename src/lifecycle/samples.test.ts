import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../probes/probe.ts';
import { addSample, medianOf, mostPoints, noSamples, resumed, type Samples, violatedFor } from './samples.ts';

const good = (latencyMs: number): ProbeResult => ({ ok: true, observed: `200 in ${latencyMs}ms`, latencyMs });
const bad = (why: string): ProbeResult => ({ ok: false, observed: '500 in 3ms', why, latencyMs: 3 });

function gathered(results: readonly (readonly [number, ProbeResult])[]): Samples {
  return results.reduce((samples, [at, result]) => addSample(samples, result, at), noSamples);
}

describe('the samples of a probe', () => {
  it('say what was seen first, last, least and most', () => {
    const samples = gathered([
      [0, good(10)],
      [1_000.4, bad('the status is 500')],
      [2_000, bad('the status is 502')],
      [3_000, good(30)],
    ]);
    expect(samples).toEqual({
      count: 4,
      failures: 2,
      firstFailure: { atMs: 1_000, text: 'the status is 500' },
      last: { atMs: 3_000, text: '200 in 30ms', ok: true },
      min: 3,
      max: 30,
      stride: 1,
      points: [
        [0, 10, 1],
        [1_000, 3, 0],
        [2_000, 3, 0],
        [3_000, 30, 1],
      ],
    });
    expect(medianOf(samples)).toBe(3);
  });

  it('measure the value that was judged before the latency, and nothing where there is none', () => {
    const samples = gathered([
      [0, { ...good(10), value: 0.123456789 }],
      [1, { ok: false, observed: 'no answer', why: 'refused' }],
    ]);
    expect(samples).toMatchObject({ min: 0.123457, max: 0.123457 });
    expect(samples.points).toEqual([
      [0, 0.123457, 1],
      [1, null, 0],
    ]);
    expect(medianOf(noSamples)).toBeUndefined();
  });

  it('tell since when without a break it was not as expected', () => {
    let samples = gathered([
      [0, good(1)],
      [1_000, bad('a')],
      [2_000, bad('b')],
    ]);
    expect(violatedFor(samples, 2_500)).toBe(1_500);
    expect(violatedFor(resumed(samples), 9_000)).toBe(0);
    samples = addSample(samples, good(1), 3_000);
    expect(violatedFor(samples, 9_000)).toBe(0);
    samples = addSample(samples, bad('c'), 4_000);
    expect(violatedFor(samples, 4_000)).toBe(0);
    expect(violatedFor(samples, 4_001)).toBe(1);
    expect(violatedFor(noSamples, 5)).toBe(0);
  });

  it('keep points from the whole of the time, evenly', () => {
    const samples = gathered(Array.from({ length: 1_000 }, (_, i) => [i, good(i)] as const));
    expect(samples.count).toBe(1_000);
    expect(samples.stride).toBe(32);
    expect(samples.points.map(([at]) => at)).toEqual(Array.from({ length: 32 }, (_, i) => i * 32));
    expect(medianOf(samples)).toBeGreaterThan(450);
    expect(medianOf(samples)).toBeLessThan(550);
  });

  const result = fc.record(
    {
      ok: fc.boolean(),
      observed: fc.string({ unit: 'binary', maxLength: 300 }),
      why: fc.string({ unit: 'binary', maxLength: 300 }),
      latencyMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
      value: fc.double(),
    },
    { requiredKeys: ['ok', 'observed'] },
  );
  const series = fc.array(fc.tuple(fc.integer({ min: 0, max: 7_200_000 }), result), { maxLength: 300 });

  it('stay below 2 KB, whatever they hold, and are JSON', () => {
    fc.assert(
      fc.property(series, all => {
        const samples = gathered(all.toSorted(([a], [b]) => a - b));
        const json = JSON.stringify(samples);
        expect(new TextEncoder().encode(json).length).toBeLessThan(2_048);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(samples)));
        expect(samples.points.length).toBeLessThanOrEqual(mostPoints);
        expect(samples.count).toBe(all.length);
        expect(samples.failures).toBe(all.filter(([, { ok }]) => !ok).length);
      }),
    );
  });

  it('go on from their JSON as if nothing had been', () => {
    fc.assert(
      fc.property(series, fc.nat(300), (all, cut) => {
        const before = gathered(all.slice(0, cut));
        const restored = JSON.parse(JSON.stringify(before)) as Samples;
        const rest = all.slice(cut);
        const whole = rest.reduce((samples, [at, each]) => addSample(samples, each, at), restored);
        expect(whole).toEqual(gathered(all));
      }),
    );
  });
});
