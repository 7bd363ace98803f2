/** Order statistics of a few numbers. */

/** The smallest sample that the share `p` of all does not exceed. Throws on an empty list. */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length, Math.max(1, Math.ceil(p * sorted.length))) - 1];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

/** The middle one, or the mean of the two in the middle. Throws on an empty list. */
export function median(samples: readonly number[]): number {
  const half = samples.length / 2;
  const middle = quantile(samples, 0.5);
  return Number.isInteger(half) ? (middle + quantile(samples, (half + 1) / samples.length)) / 2 : middle;
}
