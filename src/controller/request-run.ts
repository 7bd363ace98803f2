/** Requests for a run: of a schedule, suspended or not, or of a spec that they bring. */

import { formatDuration } from '../base/duration.ts';
import type { Problem } from '../base/errors.ts';
import { requestRunId } from '../base/ids.ts';
import { nearest } from '../base/nearest.ts';
import type { Variable } from '../nomad/types.ts';
import type { Spec } from '../spec/experiment.ts';
import { type ParsedSpec, parseSpec } from '../spec/flat.ts';
import { ask, deadline, knowsAll, note } from './core.ts';
import { experimentsRead } from './library.ts';
import type { RequestForm } from './request-form.ts';
import { parseOwnSpec } from './request-spec.ts';
import { startRun } from './runs.ts';
import type { RequestEntry } from './spec-entry.ts';
import type { Core } from './state.ts';
import { crowdedMs, isCrowded, openRunsOf } from './ticking.ts';

type RunForm = Extract<RequestForm, { action: 'run' }>;

const retryMs = 1_000;
const deniedRetryMs = 30_000;
/** An experiment that was written just before the request may not have been seen yet. */
const unseenMs = 2_000;

/** Does what can be done about it now: its outcome is set when its run is claimed, or found, or can't be. */
export function askRun(core: Core, key: string, entry: RequestEntry, variable: Variable, form: RunForm): void {
  const name = 'schedule' in form ? form.schedule : entry.id;
  const id = requestRunId(entry.namespace, name, entry.id, variable.CreateIndex);
  if (core.runs.has(id) || core.finished.has(id)) {
    entry.outcome = { kind: 'run', run: id };
    return;
  }
  // It may be that its run is on a record that was not read yet.
  if (core.stop !== undefined || !knowsAll(core)) return;
  if (isCrowded(core)) {
    deadline(core, 'request', key, crowdedMs);
    return;
  }
  // What a spec names is looked up there.
  if (!experimentsRead(core, entry.namespace)) {
    deadline(core, 'request', key, retryMs);
    return;
  }
  const wanted: Wanted = { id, name, isOwn: !('schedule' in form), variable };
  if ('schedule' in form) readSchedule(core, key, entry, wanted);
  else start(core, entry, wanted, ownSpec(core, entry.namespace, name, form));
}

function ownSpec(
  core: Core,
  namespace: string,
  name: string,
  form: Exclude<RunForm, { schedule: string }>,
): ParsedSpec {
  const library = core.experiments.get(namespace);
  if ('spec' in form) return parseOwnSpec(name, form.spec, core.catalog, library);
  return parseSpec(name, { at: 'now', ...form.experiment }, core.catalog, library);
}

interface Wanted {
  readonly id: string;
  readonly name: string;
  /** The request brought the spec. */
  readonly isOwn: boolean;
  readonly variable: Variable;
}

/** The schedule as it is now: what was written just before the request may not have been seen yet. */
function readSchedule(core: Core, key: string, entry: RequestEntry, wanted: Wanted): void {
  const { namespace } = entry;
  const path = `${core.config.prefix}/schedule/${wanted.name}`;
  entry.busy = true;
  ask(core, '-', 'claim', { op: 'read-variable', namespace, path }, answer => {
    entry.busy = false;
    if (core.requests.get(key) !== entry || entry.outcome !== undefined) return;
    if (answer.kind !== 'ok') {
      const isDenied = answer.kind === 'refused' && answer.reason === 'denied';
      note(core, { type: isDenied ? 'denied' : 'trouble', what: `read ${namespace}:${path}`, message: answer.message });
      deadline(core, 'request', key, isDenied ? deniedRetryMs : retryMs);
      return;
    }
    const schedule = answer.value as Variable | undefined;
    if (entry.variable === undefined || core.stop !== undefined) return;
    if (schedule === undefined) reject(entry, [unknownSchedule(core, namespace, wanted.name)]);
    else
      start(
        core,
        entry,
        wanted,
        parseSpec(wanted.name, schedule.Items ?? {}, core.catalog, core.experiments.get(namespace)),
      );
    core.dirtyRequests.add(key);
  });
}

function unknownSchedule(core: Core, namespace: string, name: string): Problem {
  const names = [...core.specs.values()].filter(each => each.namespace === namespace).map(each => each.name);
  const near = nearest(name, names);
  return {
    code: 'SIR-304',
    key: 'schedule',
    message: `schedule: no schedule ${name} is written in namespace ${namespace}`,
    found: name,
    allowed: names.length === 0 ? 'there is no schedule in this namespace' : names.sort().slice(0, 20).join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  };
}

function reject(entry: RequestEntry, problems: readonly Problem[]): void {
  entry.outcome = { kind: 'rejected', problems };
}

function start(core: Core, entry: RequestEntry, { id, name, isOwn, variable }: Wanted, parsed: ParsedSpec): void {
  const tick = Math.floor(variable.CreateTime / 1e6);
  if (!parsed.ok) {
    const { problems, refersTo } = parsed;
    if (refersTo !== undefined && core.wall - tick < unseenMs) {
      deadline(core, 'request', `${entry.namespace} ${entry.id}`, unseenMs / 2);
      return;
    }
    reject(entry, isOwn ? problems : problems.map(each => ({ ...each, message: `schedule ${name}: ${each.message}` })));
    return;
  }
  const { namespace } = entry;
  const { spec } = parsed;
  const problem = lateProblem(core.wall - tick, spec) ?? (isOwn ? undefined : openProblem(core, namespace, name, spec));
  if (problem !== undefined) {
    reject(entry, [problem]);
    return;
  }
  const request = { id: entry.id, createIndex: variable.CreateIndex, ...(isOwn ? { spec: true } : {}) };
  startRun(core, { id, namespace, schedule: name, spec, tick, request });
  entry.outcome = { kind: 'run', run: id };
}

/** Nobody who asked long ago expects it any more; and its record may have been collected. */
function lateProblem(age: number, { schedule: { startDeadlineMs } }: Spec): Problem | undefined {
  if (age <= startDeadlineMs) return undefined;
  const words = `start_deadline is ${formatDuration(startDeadlineMs)}`;
  return {
    code: 'SIR-203',
    message: `the request was found ${formatDuration(Math.floor(age / 1000) * 1000)} after it was written, and ${words}`,
  };
}

function openProblem(core: Core, namespace: string, name: string, { schedule }: Spec): Problem | undefined {
  const [open] = schedule.concurrency === 'allow' ? [] : openRunsOf(core, { namespace, name });
  if (open === undefined) return undefined;
  return { code: 'SIR-204', key: 'schedule', message: `schedule: ${open} is still open`, found: open };
}
