/** A choice in words: for `plan`, and short enough for a run record. */

import { targetPhrase } from './candidate.ts';
import type { Exclusion } from './candidates.ts';
import type { Choice } from './choose.ts';

/** How much is told: lines of chosen targets, groups of reasons, names for each reason, characters of a reason. */
export interface Bounds {
  readonly chosen: number;
  readonly reasons: number;
  readonly names: number;
  readonly letters: number;
}

const forPlan: Bounds = { chosen: 50, reasons: 20, names: 5, letters: 300 };

/** Of a record of 16 KiB the exclusions may take about two. */
const forRecord = { reasons: 12, letters: 120 } as const;

/** The choice as lines; never more than `bounds.chosen + bounds.reasons + 4`. */
export function explain(choice: Choice, bounds: Bounds = forPlan): readonly string[] {
  const { chosen, eligible, excluded, seed } = choice;
  const lines = [`${chosen.length} chosen of ${eligible} that can be hit; ${excluded.length} left out; seed ${seed}`];
  if (choice.nothing !== undefined) lines.push(choice.nothing);
  for (const candidate of chosen.slice(0, bounds.chosen)) lines.push(`chosen: ${targetPhrase(candidate)}`);
  if (chosen.length > bounds.chosen) lines.push(`chosen: and ${chosen.length - bounds.chosen} more`);
  const groups = byReason(excluded);
  for (const [why, group] of groups.slice(0, bounds.reasons))
    lines.push(`left out: ${names(group, bounds.names)}: ${cut(why, bounds.letters)}`);
  const rest = groups.slice(bounds.reasons).reduce((sum, [, group]) => sum + group.length, 0);
  if (rest > 0) lines.push(`left out: and ${rest} more for ${groups.length - bounds.reasons} other reasons`);
  return lines;
}

/**
 * The exclusions as a run record keeps them: one entry a reason, most frequent first, with the first allocation or
 * node it concerns and how many more; at most 13 entries.
 */
export function recordExclusions(excluded: readonly Exclusion[]): readonly Exclusion[] {
  const groups = byReason(excluded);
  const kept = groups.slice(0, forRecord.reasons).flatMap(([why, [first, ...more]]) => {
    if (first === undefined) return [];
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return [{ id: first.id, name: cut(first.name, forRecord.letters), why: `${cut(why, forRecord.letters)}${others}` }];
  });
  const rest = groups.slice(forRecord.reasons).reduce((sum, [, group]) => sum + group.length, 0);
  return rest === 0 ? kept : [...kept, { id: '', name: '', why: `and ${rest} more for other reasons` }];
}

function byReason(excluded: readonly Exclusion[]): [string, Exclusion[]][] {
  const groups = new Map<string, Exclusion[]>();
  for (const exclusion of excluded) {
    const group = groups.get(exclusion.why);
    if (group === undefined) groups.set(exclusion.why, [exclusion]);
    else group.push(exclusion);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

function names(group: readonly Exclusion[], limit: number): string {
  const shown = group.slice(0, limit).map(({ id, name }) => `${name} (${id.slice(0, 8)})`);
  return group.length > limit ? `${shown.join(', ')} and ${group.length - limit} more` : shown.join(', ');
}

function cut(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
