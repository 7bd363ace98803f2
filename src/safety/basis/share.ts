/** Percentages of small numbers: rounded down, and never by binary accident. */

/** How many of `total` a percentage is, rounded down. */
export function share(total: number, percent: number): number {
  return Math.floor((total * percent) / 100 + 1e-9);
}

/** The smallest whole percentage of `total` that is at least `needed`; at most 100. */
export function percentFor(total: number, needed: number): number {
  return total <= 0 ? 100 : Math.min(100, Math.ceil((needed * 100) / total - 1e-9));
}
