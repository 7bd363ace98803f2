/** What keys of a flat spec say about one another and about the fault. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import type { AnyFault } from '../faults/fault.ts';
import type { FlatKeyNow } from './flat-fields.ts';
import { targetProblems } from './target-rules.ts';

export type FlatItems = ReadonlyMap<FlatKeyNow, unknown>;

/** The problems of a spec whose keys are each fine by themselves; `meant` are keys that must not be called missing. */
export function ruleProblems(
  items: FlatItems,
  fault: AnyFault | undefined,
  meant: ReadonlySet<string>,
): readonly Problem[] {
  return [
    ...timeProblems(items, meant),
    ...pickProblems(items),
    ...(fault === undefined ? [] : faultProblems(items, fault, meant)),
  ];
}

function timeProblems(items: FlatItems, meant: ReadonlySet<string>): readonly Problem[] {
  const allowed = 'exactly one of at (a time, or now) and every (a period)';
  if (items.has('at') && items.has('every')) return [exclusive(items, 'at', 'every', allowed)];
  if (items.has('at') || items.has('every') || meant.has('at') || meant.has('every')) return [];
  return [{ code: 'SIR-103', key: 'at', message: 'at: a schedule needs a time', allowed }];
}

function pickProblems(items: FlatItems): readonly Problem[] {
  const problems: Problem[] = [];
  const amounts = (['target_count', 'target_percent'] as const).filter(key => items.has(key));
  if (amounts.length === 2)
    problems.push(exclusive(items, 'target_count', 'target_percent', 'one of target_count and target_percent'));
  if (items.get('target_mode') === 'all') {
    for (const key of amounts)
      problems.push(exclusive(items, 'target_mode', key, 'target_mode=all alone, or another mode with how many'));
  }
  return problems;
}

function exclusive(items: FlatItems, a: FlatKeyNow, b: FlatKeyNow, allowed: string): Problem {
  const found = `${a}=${shown(items.get(a))} ${b}=${shown(items.get(b))}`;
  return { code: 'SIR-106', key: b, message: `${a} and ${b} exclude each other`, found, allowed };
}

function faultProblems(items: FlatItems, fault: AnyFault, meant: ReadonlySet<string>): readonly Problem[] {
  const problems = [...targetProblems(items, fault, meant)];
  if (items.has('duration') && !fault.lasts) {
    const message = `duration: ${fault.name} happens at once and does not last`;
    problems.push({
      code: 'SIR-113',
      key: 'duration',
      message,
      found: shown(items.get('duration')),
      allowed: `no duration for ${fault.name}`,
    });
  }
  if ((fault.undoClass === 'irreversible' || fault.undoClass === 'by-restart') && refused(items)) {
    const end =
      fault.undoClass === 'irreversible'
        ? 'nothing brings back what it hits'
        : 'only a restart brings back what it hits';
    const found = items.has('accept_irreversible') ? { found: shown(items.get('accept_irreversible')) } : {};
    problems.push({
      code: 'SIR-109',
      key: 'accept_irreversible',
      message: `accept_irreversible: ${fault.name} needs it, since ${end}`,
      ...found,
      allowed: 'true',
    });
  }
  return problems;
}

/** Anything but true and false is told as a bad value. */
function refused(items: FlatItems): boolean {
  return !items.has('accept_irreversible') || items.get('accept_irreversible') === 'false';
}
