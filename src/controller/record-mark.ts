/** What of a run is worth a write of its record: at most twelve a run of one step without repetition, however much it hits. */

import type { Standing } from '../lifecycle/machine.ts';
import { givenUp, mayBeInForce, presentIntents } from '../lifecycle/run.ts';

/** What people must see of a run that waits for their word. */
function waitMark({ state, run: { waiting, approval } }: Standing): string {
  return state === 'limited' ? `${waiting?.message} ${waiting?.targets} ${approval?.at}` : '';
}

/** How many effects of the present stage were seen, and of how many. */
export function seenOf({ state, run }: Standing): { readonly seen: number; readonly of: number } {
  const present = state === 'holding' ? presentIntents(run).filter(mayBeInForce) : [];
  return { seen: present.filter(each => each.effect !== undefined).length, of: present.length };
}

/** Effects come into view one by one: they are worth one write together. */
function seenMark(standing: Standing): string {
  const { seen, of } = seenOf(standing);
  return of > 0 && seen === of ? 'seen' : '';
}

/** What makes a standing worth a write: its state, and what people must see of it. */
export function mark(standing: Standing): string {
  const { state, run } = standing;
  const stuck = run.stuck === undefined ? '' : 'stuck';
  const terms = run.intents.map(each => each.term ?? 0).join();
  return `${state} ${waitMark(standing)} ${run.abort?.reason ?? ''} ${stuck} ${seenMark(standing)} ${givenUp(run).length} ${terms}`;
}
