/** `steady_state` and `guards`: what must hold before, while and after. The one place that says whether they are read. */

import { shown } from '../../base/reading.ts';
import type { Reading } from './reading.ts';
import { type Branch, plain } from './tree.ts';

const parts = [
  { key: 'steady_state', instead: 'leave it out: the groups hit must be whole before and after' },
  { key: 'guards', instead: 'leave it out: sirocco halt ends a run at once' },
] as const;

/** Without kinds of probes, whatever stands there is for a later release. */
export function readExpectations(reading: Reading, { entries }: Branch, probeKinds: readonly string[]): void {
  if (probeKinds.length > 0) throw new Error('probes of documents are not read yet');
  for (const { key, instead } of parts) {
    const entry = entries.find(each => each.key === key);
    if (entry === undefined) continue;
    const message = `${key} is not yet in this release`;
    reading.problems.push({ code: 'SIR-102', key, message, found: shown(plain(entry.value)), allowed: instead });
  }
}
