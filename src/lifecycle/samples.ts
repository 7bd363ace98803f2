/** The answers of one probe through a run, in less than 2 KB of JSON however many there were. */

import { brief } from '../base/brief.ts';
import type { ProbeResult } from '../probes/probe.ts';

/** Kept points; past them every other one is dropped, and from then on every other sample. */
export const mostPoints = 32;

/** `[when, what was measured or null, 1 where it was as expected]`. */
export type Point = readonly [atMs: number, measured: number | null, ok: 0 | 1];

export interface Told {
  readonly atMs: number;
  readonly text: string;
}

export interface Samples {
  readonly count: number;
  readonly failures: number;
  readonly firstFailure?: Told;
  /** What was seen, or why it was not as expected. */
  readonly last?: Told & { readonly ok: boolean };
  /** Of all samples that measured something: the value that is judged, or the latency in milliseconds. */
  readonly min?: number;
  readonly max?: number;
  readonly points: readonly Point[];
  /** One sample in so many is kept: a power of two. */
  readonly stride: number;
  /** Since when without a break it was not as expected, by the clock of `atMs`; absent: the last one was. */
  readonly violatedSinceMs?: number;
}

export const noSamples: Samples = { count: 0, failures: 0, points: [], stride: 1 };

/** One more. `atMs`: monotonic, from the start of the run. The same samples in the same order give the same. */
export function addSample(samples: Samples, result: ProbeResult, atMs: number): Samples {
  const at = Math.round(atMs);
  const measured = measureOf(result);
  const told: Told = { atMs: at, text: brief(result.why ?? result.observed, 160) };
  const { violatedSinceMs = at, ...rest } = samples;
  const kept = keep(samples, [at, measured, result.ok ? 1 : 0]);
  return {
    ...rest,
    ...kept,
    count: samples.count + 1,
    failures: samples.failures + (result.ok ? 0 : 1),
    ...(result.ok || samples.firstFailure !== undefined ? {} : { firstFailure: told }),
    last: { ...told, ok: result.ok },
    ...(measured === null
      ? {}
      : { min: Math.min(samples.min ?? measured, measured), max: Math.max(samples.max ?? measured, measured) }),
    ...(result.ok ? {} : { violatedSinceMs }),
  };
}

/** How long it has not been as expected without a break, in milliseconds; 0 when the last sample was, or there is none. */
export function violatedFor({ violatedSinceMs }: Samples, nowMs: number): number {
  return violatedSinceMs === undefined ? 0 : Math.max(0, nowMs - violatedSinceMs);
}

/** Samples taken over by another process: nobody looked meanwhile, so that a violation begins anew with its first sample. */
export function resumed({ violatedSinceMs: _, ...samples }: Samples): Samples {
  return samples;
}

/** The median of the points that are kept; undefined where none measured anything. */
export function medianOf({ points }: Samples): number | undefined {
  const sorted = points.flatMap(([, measured]) => measured ?? []).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** At most six digits: a longer number says no more, and takes room. */
function measureOf({ value, latencyMs }: ProbeResult): number | null {
  const measured = value ?? latencyMs;
  return measured === undefined || !Number.isFinite(measured) ? null : Number(measured.toPrecision(6));
}

function keep({ count, points, stride }: Samples, point: Point): Pick<Samples, 'points' | 'stride'> {
  if (count % stride !== 0) return { points, stride };
  if (points.length < mostPoints) return { points: [...points, point], stride };
  // As many samples are past as fit in this stride: the next one fits the doubled one too.
  return { points: [...points.filter((_, i) => i % 2 === 0), point], stride: stride * 2 };
}
