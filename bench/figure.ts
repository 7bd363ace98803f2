/** What a benchmark figure is: measured beside a baseline in the same run, since only the ratio means anything elsewhere. */

export interface Measure {
  /** Such as `ingest/all/bytes`; the part before the first slash is the figure's name. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same quantity of what it is compared with, in the same unit, measured in the same run. */
  readonly baseline?: number;
  /** Value over baseline where it is not simply that of the two: the median of the ratios of each round. */
  readonly ratio?: number;
  /** What the baseline is, in a few words. */
  readonly against?: string;
  /** Which way is good. */
  readonly better: 'higher' | 'lower';
}

/** What a run may use, and the wishes of whoever started it. */
export interface Bench {
  /** An empty folder that is removed afterwards. */
  readonly folder: string;
  /** Tells a person what is being done; not part of the result. */
  say(text: string): void;
}

export interface Figure {
  readonly name: string;
  readonly summary: string;
  /** Why it can't run here, as one sentence; undefined: it can. */
  missing(): string | undefined;
  /** Rejects when what was measured was not what should have happened. */
  run(bench: Bench): Promise<readonly Measure[]>;
}

/** Value over baseline; undefined without one. */
export function ratioOf({ value, baseline, ratio }: Measure): number | undefined {
  if (ratio !== undefined) return ratio;
  return baseline === undefined || baseline === 0 ? undefined : value / baseline;
}
