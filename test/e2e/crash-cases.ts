/** Each fault's steps in order, the points at which a process is ended, and what must come of each. */

import type { CrashPoint, Moment } from './crash-point.ts';

export interface CrashFault {
  readonly fault: string;
  /** Flat keys of its schedule, but for the target. */
  readonly items: Readonly<Record<string, string>>;
  /** Every step that a run without a crash takes, in order. */
  readonly steps: readonly string[];
}

const aJob = ['queued', 'injecting', 'inject', 'reverting', 'recovering', 'reporting', 'done'];
const aNode = ['queued', 'injecting', 'inject', 'holding', 'reverting', 'undo', 'recovering', 'reporting', 'done'];
const calls = new Set(['inject', 'undo']);
const named = (steps: readonly string[]) => steps.map(each => (calls.has(each) ? each : `record ${each}`));

/** `once`: never sent again by anyone. `repeatable`. `inverse`: lasts, and is put back. */
export const crashFaults: readonly CrashFault[] = [
  { fault: 'alloc-kill', items: { target_job: 'web' }, steps: named(aJob) },
  { fault: 'alloc-stop', items: { target_job: 'web' }, steps: named(aJob) },
  { fault: 'node-ineligible', items: {}, steps: named(aNode) },
];

const moments: readonly Moment[] = ['before', 'left', 'after'];

/**
 * All points of a fault, in the order in which a run comes by them; or fewer: before a step leaves, the world is as it
 * was after the answer of the step before it.
 */
export function pointsOf({ steps }: CrashFault, all: boolean): readonly CrashPoint[] {
  return steps.flatMap((step, n) =>
    moments.filter(each => all || n === 0 || each !== 'before').map(moment => ({ step, moment })),
  );
}

/** In less than a minute: the harmful call itself, and its undo. */
export function fewPointsOf({ steps }: CrashFault): readonly CrashPoint[] {
  if (steps.includes('undo')) return [{ step: 'undo', moment: 'left' }];
  return moments.map(moment => ({ step: 'inject', moment }));
}

export interface Expected {
  /** How often the harm may have been done at the end of everything, by whichever controller. */
  readonly harm: readonly number[];
  /** Verdicts, with their reason after a slash. */
  readonly verdicts: readonly string[];
}

const passed = 'passed';
const unknown = 'failed/unknown_effect';

/**
 * What must come of a run whose controller ended there. Before the intent was on record the next controller runs it as if
 * nothing had been. From then until the call leaves nobody may send it any more, and the run says that it does not know.
 * After that its effect is there to be seen, and decides, unless nothing tells that it came before the takeover: a node
 * bears no time of its last change.
 */
export function expectedOf({ steps, items }: CrashFault, { step, moment }: CrashPoint): Expected {
  const of = (name: string, when: Moment) => steps.indexOf(name) * moments.length + moments.indexOf(when);
  const at = of(step, moment);
  if (at < of('record injecting', 'left')) return { harm: [1], verdicts: [passed] };
  if (at === of('record injecting', 'left')) return { harm: [0, 1], verdicts: [passed, unknown] };
  if (at < of('inject', 'left')) return { harm: [0], verdicts: [unknown] };
  if (at === of('inject', 'left')) return { harm: [0, 1], verdicts: [passed, unknown] };
  const written = steps.includes('record holding') ? 'record holding' : 'record reverting';
  const told = at >= of(written, 'after') || items['target_job'] !== undefined;
  return { harm: [1], verdicts: told ? [passed] : [passed, unknown] };
}

/**
 * How long a lasting fault is to be in force. While the next controller has yet to learn of it, longer than a takeover,
 * so that it is found in force; else as short as can be.
 */
export function durationOf({ steps }: CrashFault, point: CrashPoint | undefined): string {
  if (point === undefined) return '2s';
  const at = steps.indexOf(point.step);
  const early = at < steps.indexOf('record injecting');
  const late = at >= steps.indexOf('record reverting');
  return early || late ? '2s' : '35s';
}
