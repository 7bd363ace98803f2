/** Changes of a run in the table. */

import type { Intent, Run } from '../lifecycle/run.ts';
import type { RunEntry } from './run-entry.ts';

/** Changes one intent of a run. */
export function setIntent(entry: RunEntry, n: number, change: Partial<Intent>): void {
  const { run, state } = entry.standing;
  const intents = run.intents.map(intent => (intent.n === n ? { ...intent, ...change } : intent));
  entry.standing = { state, run: { ...run, intents } };
}

/** Changes a run. */
export function setRun(entry: RunEntry, change: Partial<Run>): void {
  entry.standing = { state: entry.standing.state, run: { ...entry.standing.run, ...change } };
}
