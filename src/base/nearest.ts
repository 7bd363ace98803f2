/** The word that was probably meant. */

import { distance } from 'fastest-levenshtein';

/**
 * The nearest of `words` by edits, or undefined when none is near: at most a third of the longer word's letters,
 * at least one. Case, `-`, `_`, `.` and blanks don't count. Ties go to the first in order of `words`.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  const bare = stripped(word);
  if (bare === '') return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of words) {
    const other = stripped(candidate);
    const edits = distance(bare, other);
    if (edits > Math.max(1, Math.floor(Math.max(bare.length, other.length) / 3))) continue;
    // a word of two letters is within one edit of half the alphabet
    if (edits > 0 && Math.min(bare.length, other.length) < 3) continue;
    if (edits < bestDistance) [best, bestDistance] = [candidate, edits];
  }
  return best;
}

function stripped(word: string): string {
  return word.toLowerCase().replaceAll(/[-_.\s]/g, '');
}

/** `targetJob`, `target.job`, `Target-Job`, `TARGET_JOB` in the one form that keys have: `target_job`. */
export function snakeCase(word: string): string {
  return word
    .trim()
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[-.\s]+/g, '_')
    .toLowerCase();
}
