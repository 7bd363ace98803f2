/** Requests about a run that there is: to end it, or to let it go on. Answered when its record says so. */

import type { Problem } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { shown } from '../base/reading.ts';
import type { RequestForm } from './request-form.ts';
import type { RunEntry } from './run-entry.ts';
import { isAcked } from './runs.ts';
import type { RequestEntry } from './spec-entry.ts';
import type { Core } from './state.ts';

/** An abort is taken when the run's record holds it; one that ends already has nothing left to be ended. */
export function askAbort(core: Core, entry: RequestEntry, form: Extract<RequestForm, { action: 'abort' }>): void {
  const found = findRun(core, entry, form.run);
  if (found === undefined) return;
  if (found === 'over') {
    done(entry, form.run, 'it was over already');
    return;
  }
  const { state, run } = found.standing;
  if (run.abort === undefined && (state === 'reverting' || state === 'reporting' || state === 'done')) {
    done(entry, form.run, `it was ${state} already: nothing is left to be ended`);
    return;
  }
  if (run.abort !== undefined && isAcked(found)) {
    done(
      entry,
      form.run,
      run.abort.reason === abortReason ? 'it is undone' : `it was aborted before: ${run.abort.reason}`,
    );
    return;
  }
  const why = form.reason === undefined || form.reason === '' ? '' : `: ${form.reason}`;
  found.abortAsked ??= { reason: abortReason, message: `request ${entry.id} of ${entry.namespace} asked for it${why}` };
  entry.waitsOn = form.run;
  core.dirtyRuns.add(form.run);
}

const abortReason = 'aborted_by_request';

/** An approval goes into the record of a run that waits for one, and from there it counts. */
export function askApproval(core: Core, entry: RequestEntry, form: Extract<RequestForm, { action: 'approve' }>): void {
  const found = findRun(core, entry, form.run);
  if (found === undefined) return;
  if (found === 'over') {
    rejected(entry, { code: 'SIR-305', key: 'run', message: 'run: it is over', found: form.run });
    return;
  }
  const { state, run } = found.standing;
  if (run.approval?.request === entry.id && run.approval.specHash === form.specHash) {
    if (found.written?.standing.run.approval?.request === entry.id) done(entry, form.run, 'it was approved');
    else entry.waitsOn = form.run;
    return;
  }
  const problem = approvalProblem(found, form);
  if (problem !== undefined) {
    rejected(entry, problem);
    return;
  }
  const approval = {
    specHash: run.specHash,
    targets: run.waiting?.targets ?? '',
    at: core.wall,
    request: entry.id,
    ...(form.reason === undefined ? {} : { reason: form.reason }),
  };
  found.standing = { state, run: { ...run, approval } };
  entry.waitsOn = form.run;
  core.dirtyRuns.add(form.run);
}

function approvalProblem(
  { standing: { state, run } }: RunEntry,
  { specHash, targets }: Extract<RequestForm, { action: 'approve' }>,
): Problem | undefined {
  if (state !== 'limited' || run.waiting === undefined) {
    const message = `run: it waits for no approval: it is ${state}`;
    return { code: 'SIR-305', key: 'run', message, found: state };
  }
  if (specHash !== run.specHash) {
    const message = 'spec_hash: the run is of another spec';
    return { code: 'SIR-205', key: 'spec_hash', message, found: shown(specHash), allowed: run.specHash };
  }
  if (targets === undefined || targets === run.waiting.targets) return undefined;
  const message = 'targets: what the run would hit has changed since somebody looked';
  return { code: 'SIR-205', key: 'targets', message, found: shown(targets), allowed: run.waiting.targets };
}

/** The run that is meant; undefined: it was rejected. A namespace may only name its own, home any. */
export function findRun(core: Core, entry: RequestEntry, id: string): RunEntry | 'over' | undefined {
  // Once it is read this is asked again.
  if (core.unread.has(id)) return undefined;
  const { home } = core.config;
  const isVisible = (namespace: string) => entry.namespace === home || entry.namespace === namespace;
  const open = core.runs.get(id);
  const namespace = open?.standing.run.namespace ?? core.finished.get(id)?.namespace;
  if (namespace !== undefined && isVisible(namespace)) return open ?? 'over';
  if (namespace !== undefined) {
    const message = `run: it is of another namespace: only requests in ${home} may name it`;
    rejected(entry, { code: 'SIR-107', key: 'run', message, found: shown(id) });
    return undefined;
  }
  const ids = [...core.runs.values()].filter(each => isVisible(each.standing.run.namespace)).map(each => each.id);
  const near = nearest(id, ids);
  rejected(entry, {
    code: 'SIR-303',
    key: 'run',
    message: `run: no run ${shown(id)} is on record`,
    found: shown(id),
    allowed: ids.length === 0 ? 'no run is open' : ids.sort().slice(0, 5).join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  });
  return undefined;
}

export function rejected(entry: RequestEntry, problem: Problem): void {
  entry.outcome = { kind: 'rejected', problems: [problem] };
}

export function done(entry: RequestEntry, run: string, message: string): void {
  entry.outcome = { kind: 'done', run, message };
}
