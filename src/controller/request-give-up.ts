/** Requests of an operator to give a run's undo up: answered when its record says so, as orders are. */

import type { Intent } from '../lifecycle/run.ts';
import { deadline } from './core.ts';
import { givenUpBy, giveUp } from './give-up.ts';
import type { RequestForm } from './request-form.ts';
import { done, findRun, rejected } from './request-orders.ts';
import type { RequestEntry } from './spec-entry.ts';
import type { Core } from './state.ts';

const retryMs = 1_000;

export function askGiveUp(
  core: Core,
  key: string,
  entry: RequestEntry,
  form: Extract<RequestForm, { action: 'give-up' }>,
): void {
  const found = findRun(core, entry, form.run);
  if (found === undefined) return;
  if (found === 'over') {
    done(entry, form.run, 'it was over already');
    return;
  }
  const who = `request ${entry.id} of ${entry.namespace}`;
  const ours = (intents: readonly Intent[] = []) =>
    intents.filter(each => each.undoState === 'given-up' && each.undoMessage?.startsWith(givenUpBy(who)) === true)
      .length;
  const { intents } = found.standing.run;
  const given = ours(intents);
  if (given > 0) {
    const isWritten = found.foreign !== undefined || ours(found.written?.standing.run.intents) === given;
    const of = intents.filter(({ undo }) => undo !== undefined).length;
    if (isWritten) done(entry, form.run, `given up: ${given} of ${of}`);
    else entry.waitsOn = form.run;
    return;
  }
  entry.busy = true;
  giveUp(core, found, { who, why: form.reason }, end => {
    entry.busy = false;
    if (core.requests.get(key) !== entry || entry.outcome !== undefined) return;
    if (end.kind === 'refused') rejected(entry, end.problem);
    if (end.kind === 'later') deadline(core, 'request', key, retryMs);
    else core.dirtyRequests.add(key);
  });
}
