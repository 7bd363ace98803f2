/** Which batches of a stream are news, and whether some were lost before them. */

/** `drop`: handled before, or history replayed; `gap`: news, but what lay between is lost. */
export type Continuity = (index: number) => 'drop' | 'news' | 'gap';

/**
 * Judges batches in the order in which they come. `last` is the highest index handled so far. A stream that is `resumed`
 * must bring exactly that batch again before it brings news: a server that still holds it sends it first. A server just
 * restarted sends old ones, in whatever number, first.
 */
export function createContinuity(last: number, resumed: boolean): Continuity {
  let handled = last;
  let joined = !resumed;
  return index => {
    if (index <= handled) {
      if (index === handled) joined = true;
      return 'drop';
    }
    const verdict = joined ? 'news' : 'gap';
    joined = true;
    handled = index;
    return verdict;
  };
}
