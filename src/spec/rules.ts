/** What keys of a flat spec say about one another and about the fault. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import type { AnyFault } from '../faults/fault.ts';
import { eventNames } from './experiment.ts';
import type { FlatKeyNow } from './flat-fields.ts';
import { targetProblems } from './target-rules.ts';

export type FlatItems = ReadonlyMap<FlatKeyNow, unknown>;

/** How keys and faults are called where the spec was written. */
export interface Words {
  readonly key: (key: FlatKeyNow) => string;
  readonly fault: (fault: AnyFault) => string;
  /** A key with its value. */
  readonly pair: (key: FlatKeyNow, value: string) => string;
}

export const flatWords: Words = { key: key => key, fault: ({ name }) => name, pair: (key, value) => `${key}=${value}` };

/**
 * What is asked of a spec whose keys are each fine by themselves. `items` hold the values as text, by the flat name of
 * their key; `meant` are flat keys that must not be called missing.
 */
export interface Asked {
  readonly items: FlatItems;
  readonly meant: ReadonlySet<string>;
  readonly words: Words;
}

const timeKeys = ['cron', 'at', 'every', 'on'] as const;
const eventKeys = ['on_delay', 'on_min_interval'] as const;

/** Whether a spec says when, and says it once. */
export function timeProblems({ items, meant, words }: Asked): readonly Problem[] {
  const [cron, at, every, on] = timeKeys.map(words.key);
  const allowed = `exactly one of ${cron} (an expression), ${at} (a time, or now), ${every} (a period) and ${on} (an event)`;
  const [first, ...more] = timeKeys.filter(key => items.has(key));
  if (first === undefined)
    return timeKeys.some(key => meant.has(key))
      ? []
      : [{ code: 'SIR-103', key: at ?? 'at', message: `${at}: a schedule needs a time`, allowed }];
  const problems = more.map(key => exclusive({ items, words }, first, key, allowed));
  if (items.has('timezone') && first !== 'cron') {
    const own =
      first === 'at' ? `the offset in ${at} itself, such as 2026-11-24T11:00:00+01:00` : `no ${words.key('timezone')}`;
    const beside = `${words.key('timezone')} beside ${cron}; with ${words.key(first)}: ${own}`;
    problems.push(exclusive({ items, words }, first, 'timezone', beside));
  }
  for (const key of eventKeys.filter(each => items.has(each) && first !== 'on')) {
    const beside = `${words.key(key)} beside ${on}`;
    problems.push(exclusive({ items, words }, first, key, beside));
  }
  return problems;
}

/** Whether the event that starts it can concern what it aims at: all but a node's own are those of a job. */
export function eventProblems({ items, meant, words }: Asked): readonly Problem[] {
  const on = items.get('on');
  const isOfJob = eventNames.some(each => each === on && each !== 'node-joined');
  if (!isOfJob || items.has('target_job') || meant.has('target_job')) return [];
  const key = words.key('on');
  const [job, node] = [words.key('target_job'), words.pair('on', 'node-joined')];
  const message = `${key}: ${shown(on)} is an event of a job, and the target names none`;
  return [{ code: 'SIR-113', key, message, found: shown(on), allowed: `${job} beside it, or ${node}` }];
}

/** Whether a spec says how many, and says it once. */
export function pickProblems(asked: Pick<Asked, 'items' | 'words'>): readonly Problem[] {
  const { items, words } = asked;
  const problems: Problem[] = [];
  const amounts = (['target_count', 'target_percent'] as const).filter(key => items.has(key));
  if (amounts.length === 2) {
    const one = `one of ${words.key('target_count')} and ${words.key('target_percent')}`;
    problems.push(exclusive(asked, 'target_count', 'target_percent', one));
  }
  if (items.get('target_mode') === 'all') {
    const alone = `${words.pair('target_mode', 'all')} alone, or another mode with how many`;
    for (const key of amounts) problems.push(exclusive(asked, 'target_mode', key, alone));
  }
  return problems;
}

/** Two keys of which only one may be there. */
export function exclusive(
  { items, words }: Pick<Asked, 'items' | 'words'>,
  a: FlatKeyNow,
  b: FlatKeyNow,
  allowed: string,
): Problem {
  const found = `${words.pair(a, shown(items.get(a)))} ${words.pair(b, shown(items.get(b)))}`;
  const message = `${words.key(a)} and ${words.key(b)} exclude each other`;
  return { code: 'SIR-106', key: words.key(b), message, found, allowed };
}

/** Whether the target, the duration and the yes to what can't be undone fit the fault. */
export function faultProblems(asked: Asked, fault: AnyFault): readonly Problem[] {
  const { items, words } = asked;
  const problems = [...targetProblems(asked, fault)];
  if (items.has('duration') && !fault.lasts) {
    const key = words.key('duration');
    problems.push({
      code: 'SIR-113',
      key,
      message: `${key}: ${words.fault(fault)} happens at once and does not last`,
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
    const key = words.key('accept_irreversible');
    problems.push({
      code: 'SIR-109',
      key,
      message: `${key}: ${words.fault(fault)} needs it, since ${end}`,
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
