/** The keys that say when, and all that concerns the time. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import { type FlatKeyNow, flatFields } from './flat-fields.ts';
import { documentPlace } from './keys.ts';
import type { Asked } from './rules.ts';

/** All that stand under `schedule` in a document. */
export const scheduleKeys: readonly FlatKeyNow[] = (Object.keys(flatFields) as FlatKeyNow[]).filter(key =>
  documentPlace(key).startsWith('schedule.'),
);

/** What an experiment may not say: its time, and another experiment. */
export function timelessProblems({ items, words }: Asked): readonly Problem[] {
  return ([...scheduleKeys, 'experiment'] as const)
    .filter(key => items.has(key))
    .map(key => ({
      code: 'SIR-113',
      key: words.key(key),
      message:
        key === 'experiment'
          ? `${words.key(key)}: an experiment names no other`
          : `${words.key(key)}: an experiment has no time: it belongs to the schedule that names it`,
      found: shown(items.get(key)),
      allowed: 'no such key in an experiment',
    }));
}
