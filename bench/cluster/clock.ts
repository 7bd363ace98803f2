/** Milliseconds since the epoch, with their fractions: for comparing instants of two processes of one machine. */
export function instant(): number {
  return performance.timeOrigin + performance.now();
}
