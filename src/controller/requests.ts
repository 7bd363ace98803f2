/**
 * What people ask for at once: `chaos/requests/<id>`. The order of writes, so that a crash between any two loses nothing
 * and doubles nothing:
 * 1. The effect, where it is kept: a run's record is claimed under an id made of the request's id and CreateIndex (so a
 *    request that is seen again finds its own run there); an abort or approval is written into the record of its run.
 * 2. The answer in `chaos/status/requests/<id>`, which names the request's ModifyIndex.
 * 3. The request is deleted, by compare-and-set: one that was changed meanwhile is read anew.
 * Before 1 nothing happened, and the next leader begins. After 1 it finds the effect and goes on to 2; after 2 it finds
 * the answer and goes on to 3. What the answer says later follows from the run's record alone.
 */

import type { Variable, VariableMetadata } from '../nomad/types.ts';
import { acts, ask, deadline, namespaces, note } from './core.ts';
import { isTended } from './mine.ts';
import { createStatus, isPublished, type Place, publish } from './publishing.ts';
import { answerItems, isFinal } from './request-answer.ts';
import { readRequest } from './request-form.ts';
import { askGiveUp } from './request-give-up.ts';
import { askAbort, askApproval } from './request-orders.ts';
import { askRun } from './request-run.ts';
import type { FinishedRun } from './run-entry.ts';
import type { RequestEntry } from './spec-entry.ts';
import type { Core } from './state.ts';

/** More than these wait until others are answered. */
const mostAtOnce = 20;
const retryMs = 1_000;
const deniedRetryMs = 30_000;
/** Answers are kept so long after their last change. */
const keptMs = 7 * 24 * 3_600_000;
const sweepEveryMs = 3_600_000;
const firstSweepMs = 60_000;

function keyOf(namespace: string, id: string): string {
  return `${namespace} ${id}`;
}

function answersPrefix(core: Core): string {
  return `${core.config.prefix}/status/requests/`;
}

function createEntry(namespace: string, id: string): RequestEntry {
  return {
    namespace,
    id,
    variable: undefined,
    form: undefined,
    outcome: undefined,
    waitsOn: undefined,
    told: false,
    busy: false,
    status: createStatus(),
  };
}

/** A request was written, changed, or is gone. */
export function requestChanged(core: Core, namespace: string, path: string, variable: Variable | undefined): void {
  const id = path.slice(core.config.prefix.length + '/requests/'.length);
  const key = keyOf(namespace, id);
  const known = core.requests.get(key);
  if (variable === undefined) {
    if (known === undefined) return;
    known.variable = undefined;
    // Withdrawn before anything was done about it; what it has begun is told to its end.
    if (known.outcome === undefined) core.requests.delete(key);
    else core.dirtyRequests.add(key);
    lookAtNext(core);
    return;
  }
  if (known?.variable !== undefined && variable.ModifyIndex <= known.variable.ModifyIndex) return;
  const status = known?.status ?? createStatus();
  core.requests.set(key, {
    ...createEntry(namespace, id),
    variable,
    form: readRequest(id, variable.Items ?? {}, { namespace, home: core.config.home }),
    status,
  });
  core.dirtyRequests.add(key);
}

/** Orders about runs go before new runs, else in the order in which they were written. */
function rankOf({ form, variable }: RequestEntry): number {
  const isOrder = form?.ok === true && form.form.action !== 'run';
  return (isOrder ? 0 : Number.MAX_SAFE_INTEGER / 2) + (variable?.CreateIndex ?? 0);
}

function openRequests(core: Core): readonly RequestEntry[] {
  return [...core.requests.values()].filter(each => each.variable !== undefined && isOurs(core, each));
}

function isNear(core: Core, entry: RequestEntry): boolean {
  const rank = rankOf(entry);
  return openRequests(core).filter(each => rankOf(each) < rank).length < mostAtOnce;
}

/** Some went away: those that come next are looked at. */
function lookAtNext(core: Core): void {
  const next = [...openRequests(core)].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, mostAtOnce);
  for (const { namespace, id } of next) core.dirtyRequests.add(keyOf(namespace, id));
}

/** Where a controller of the command line carries out one run: only what concerns that, and the end of what it tends. */
function isOurs(core: Core, { form }: RequestEntry): boolean {
  const { only } = core.config;
  if (only === undefined) return true;
  if (form?.ok !== true || form.form.action === 'run') return false;
  const run = core.runs.get(form.form.run);
  return form.form.run === only.id || (form.form.action !== 'approve' && run !== undefined && isTended(core, run));
}

/** Looks at one request: does what it asks for, tells, and deletes it when that was told. */
export function tendRequest(core: Core, key: string): void {
  const entry = core.requests.get(key);
  if (entry === undefined || !acts(core) || entry.busy) return;
  if (entry.outcome === undefined) {
    if (entry.variable === undefined || !isOurs(core, entry) || !isNear(core, entry)) return;
    decide(core, key, entry, entry.variable);
  }
  tell(core, entry);
  const items = answerItems(core, entry);
  if (items === undefined) return;
  publish(core, placeOf(core, key, entry), items);
  if (!isPublished(entry.status, items)) return;
  if (entry.variable !== undefined) remove(core, key, entry, entry.variable);
  else if (isFinal(items)) core.requests.delete(key);
}

function placeOf(core: Core, key: string, { namespace, id, status }: RequestEntry): Place {
  // What was answered stays, also when the request is gone.
  return { key, namespace, path: `${answersPrefix(core)}${id}`, status, isKept: () => true };
}

function decide(core: Core, key: string, entry: RequestEntry, variable: Variable): void {
  const { form } = entry;
  if (form === undefined) return;
  if (!form.ok) entry.outcome = { kind: 'rejected', problems: form.problems };
  else if (form.form.action === 'run') askRun(core, key, entry, variable, form.form);
  else if (form.form.action === 'abort') askAbort(core, entry, form.form);
  else if (form.form.action === 'give-up') askGiveUp(core, key, entry, form.form);
  else askApproval(core, entry, form.form);
}

function tell(core: Core, entry: RequestEntry): void {
  const { namespace, id, form, outcome } = entry;
  if (outcome === undefined || entry.told || entry.variable === undefined) return;
  entry.told = true;
  const problem = outcome.kind === 'rejected' ? outcome.problems[0]?.message : undefined;
  const reason = form?.ok === true ? form.form.reason : undefined;
  const message = problem ?? (outcome.kind === 'done' ? outcome.message : reason);
  note(core, {
    type: 'request',
    namespace,
    request: id,
    action: form?.ok === true ? form.form.action : 'do something',
    outcome: outcome.kind === 'rejected' ? 'rejected' : outcome.kind === 'run' ? 'taken' : 'answered',
    ...(outcome.kind === 'rejected' ? {} : { run: outcome.run }),
    ...(message === undefined ? {} : { message }),
  });
}

function remove(core: Core, key: string, entry: RequestEntry, variable: Variable): void {
  entry.busy = true;
  const path = `${core.config.prefix}/requests/${entry.id}`;
  const { namespace } = entry;
  ask(core, '-', 'status', { op: 'delete-variable', namespace, path, cas: variable.ModifyIndex }, answer => {
    entry.busy = false;
    if (core.requests.get(key) !== entry) return;
    if (answer.kind === 'ok') {
      note(core, { type: 'write', kind: 'request' });
      entry.variable = undefined;
      core.dirtyRequests.add(key);
      lookAtNext(core);
      return;
    }
    const is = (reason: string) => answer.kind === 'refused' && answer.reason === reason;
    if (is('denied')) note(core, { type: 'denied', what: `delete ${namespace}:${path}`, message: answer.message });
    // A conflict: somebody changed it, or it is gone; its watch tells which.
    deadline(core, 'request', key, is('denied') ? deniedRetryMs : retryMs);
  });
}

/** A run changed: whoever asked for it is told. */
export function requestRunChanged(core: Core, run: Pick<FinishedRun, 'id' | 'namespace' | 'request'>): void {
  for (const [key, { waitsOn }] of core.requests) if (waitsOn === run.id) core.dirtyRequests.add(key);
  if (run.request !== undefined && acts(core)) follow(core, run, run.request);
}

/** Tells of a run that a request asked for, also when the request is long gone. */
function follow(
  core: Core,
  run: Pick<FinishedRun, 'id' | 'namespace'>,
  { id, createIndex }: NonNullable<FinishedRun['request']>,
): void {
  // The command line's own run: nobody waits for an answer.
  if (createIndex === 0) return;
  const key = keyOf(run.namespace, id);
  const entry = core.requests.get(key) ?? createEntry(run.namespace, id);
  // A newer request of that name has its own story.
  if (entry.variable !== undefined && entry.variable.CreateIndex !== createIndex) return;
  entry.outcome ??= { kind: 'run', run: run.id };
  core.requests.set(key, entry);
  core.dirtyRequests.add(key);
}

/** After a takeover: what earlier leaders did about requests is in the records and the answers. */
export function recallRequests(core: Core): void {
  for (const [key, entry] of core.requests) {
    if (entry.variable === undefined) core.requests.delete(key);
    else
      core.requests.set(key, { ...createEntry(entry.namespace, entry.id), variable: entry.variable, form: entry.form });
    core.dirtyRequests.add(key);
  }
  for (const { standing } of core.runs.values())
    if (standing.run.request !== undefined) follow(core, standing.run, standing.run.request);
  // The newest last: it has the word where one name was used twice.
  const ended = [...core.finished.values()].sort((a, b) => a.doneAt - b.doneAt);
  for (const run of ended) {
    if (run.request === undefined || core.wall - run.doneAt > keptMs) continue;
    const entry = core.requests.get(keyOf(run.namespace, run.request.id));
    if (entry?.variable === undefined && entry?.outcome?.kind === 'run' && !core.runs.has(entry.outcome.run))
      entry.outcome = { kind: 'run', run: run.id };
    follow(core, run, run.request);
  }
  deadline(core, 'sweep', '', firstSweepMs);
}

/** Deletes answers that were kept long enough. */
export function sweepRequests(core: Core): void {
  if (core.config.only !== undefined || !acts(core)) return;
  deadline(core, 'sweep', '', sweepEveryMs);
  for (const namespace of namespaces(core)) {
    const call = { op: 'list-variables', namespace, prefix: answersPrefix(core), index: 0, waitMs: 0 } as const;
    ask(core, '-', 'status', call, answer => {
      if (!acts(core) || answer.kind !== 'ok' || !Array.isArray(answer.value)) return;
      for (const meta of answer.value as VariableMetadata[]) sweep(core, namespace, meta);
    });
  }
}

function sweep(core: Core, namespace: string, { Path: path, ModifyIndex: cas, ModifyTime }: VariableMetadata): void {
  if (core.wall - Math.floor(ModifyTime / 1e6) <= keptMs) return;
  if (core.requests.has(keyOf(namespace, path.slice(answersPrefix(core).length)))) return;
  ask(core, '-', 'status', { op: 'delete-variable', namespace, path, cas }, answer => {
    if (answer.kind !== 'ok')
      note(core, { type: 'trouble', what: `delete ${namespace}:${path}`, message: answer.message });
  });
}
