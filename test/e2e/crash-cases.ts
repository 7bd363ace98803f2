/** Each fault's steps in order, the points at which a process is ended, and what must come of each. */

import type { CrashPoint, Moment } from './crash-point.ts';

export interface CrashFault {
  readonly fault: string;
  /** `deployment`, `service`: of a job. `region`: a cluster of its own is needed. */
  readonly hits: 'job' | 'deployment' | 'service' | 'node' | 'region';
  /** Flat keys of its schedule, but for the target. */
  readonly items: Readonly<Record<string, string>>;
  /** Every step that a run without a crash takes, in order. */
  readonly steps: readonly string[];
  /** A state that is over so soon that its record is often written together with the next one's: no case ends there. */
  readonly brief?: string;
  /** It lasts, and is put back. */
  readonly lasts: boolean;
  /** Whether what was hit tells that, and when, though nobody has the answer any more. */
  readonly tells: boolean;
}

const before = ['record queued', 'record injecting'];
const after = ['record reverting', 'record recovering', 'record reporting', 'record done'];
const atOnce = [...before, 'inject', ...after];
const lasting = (calls: readonly string[], undo: readonly string[]) => {
  const [reverting = '', ...over] = after;
  return [...before, ...calls, 'record holding', reverting, ...undo, ...over];
};
const putBack = lasting(['inject'], ['undo']);

const ofJob = { hits: 'job', lasts: false, tells: true } as const;
const forGood = { accept_irreversible: 'true' };

/** `once`: never sent again by anyone. `repeatable`. `inverse`: lasts, and is put back. */
export const crashFaults: readonly CrashFault[] = [
  { ...ofJob, fault: 'alloc-kill', items: {}, steps: atOnce },
  { ...ofJob, fault: 'alloc-stop', items: {}, steps: atOnce },
  { ...ofJob, fault: 'alloc-restart', items: {}, steps: atOnce },
  {
    ...ofJob,
    fault: 'job-restart',
    items: { batch_size: '1' },
    steps: [...before, 'inject', 'record holding', 'record injecting', 'inject', ...after],
  },
  { ...ofJob, fault: 'job-scale', items: { delta: '-1' }, steps: putBack, lasts: true, tells: false },
  {
    ...ofJob,
    fault: 'job-stop',
    items: {},
    steps: lasting(['tag', 'inject'], ['undo', 'untag']),
    lasts: true,
    tells: false,
  },
  { fault: 'service-deregister', hits: 'service', items: forGood, steps: atOnce, lasts: false, tells: false },
  { fault: 'deployment-pause', hits: 'deployment', items: {}, steps: putBack, lasts: true, tells: false },
  {
    fault: 'deployment-fail',
    hits: 'deployment',
    items: forGood,
    steps: atOnce.filter(each => each !== 'record recovering'),
    brief: 'record recovering',
    lasts: false,
    tells: false,
  },
  { fault: 'node-ineligible', hits: 'node', items: {}, steps: putBack, lasts: true, tells: false },
  { fault: 'node-drain', hits: 'node', items: {}, steps: putBack, lasts: true, tells: false },
  { fault: 'scheduler-pause', hits: 'region', items: {}, steps: putBack, lasts: true, tells: false },
];

const moments: readonly Moment[] = ['before', 'left', 'after'];

/** How often the step of that place in the list came by then: 1 the first time. */
const nthOf = (steps: readonly string[], n: number) => steps.slice(0, n + 1).filter(each => each === steps[n]).length;

/**
 * All points of a fault, in the order in which a run comes by them; or fewer: before a step leaves, the world is as it
 * was after the answer of the step before it.
 */
export function pointsOf({ steps }: CrashFault, all: boolean): readonly CrashPoint[] {
  return steps.flatMap((step, n) =>
    moments.filter(each => all || n === 0 || each !== 'before').map(moment => ({ step, moment, nth: nthOf(steps, n) })),
  );
}

/** In less than a minute: the harmful call itself, or its undo. */
export function fewPointsOf({ fault, steps, lasts, hits }: CrashFault): readonly CrashPoint[] {
  if (lasts) return [{ step: 'undo', moment: 'left' }];
  if (hits === 'job' && steps === atOnce && fault !== 'alloc-restart')
    return moments.map(moment => ({ step: 'inject', moment }));
  return [{ step: 'inject', moment: 'after' }];
}

export interface Expected {
  /** How often the harm may have been done at the end of everything, by whichever controller. */
  readonly harm: readonly number[];
  /** Verdicts, with their reason after a slash. */
  readonly verdicts: readonly string[];
}

const passed = 'passed';
const unknown = 'failed/unknown_effect';

/** Harmful calls of a whole run. */
export function callsOf({ steps }: CrashFault): number {
  return steps.filter(each => each === 'inject').length;
}

/**
 * What must come of a run whose controller ended there. Before the intent was on record the next controller runs it as if
 * nothing had been. From then until the call leaves nobody may send it any more, and the run says that it does not know.
 * After that its effect is there to be seen, and decides, where what was hit tells of it: a node bears no time of its last
 * change, and a count does not say whose it is.
 */
export function expectedOf(fault: CrashFault, { step, moment, nth = 1 }: CrashPoint): Expected {
  const { steps, tells } = fault;
  const placeOf = (name: string, n: number) => steps.findIndex((each, at) => each === name && nthOf(steps, at) === n);
  const of = (name: string, when: Moment, n = 1) => placeOf(name, n) * moments.length + moments.indexOf(when);
  const at = of(step, moment, nth);
  const last = callsOf(fault);
  if (at < of('record injecting', 'left')) return { harm: [last], verdicts: [passed] };
  if (at === of('record injecting', 'left')) return { harm: [0, last], verdicts: [passed, unknown] };
  if (at < of('inject', 'left')) return { harm: [0], verdicts: [unknown] };
  if (at === of('inject', 'left')) return { harm: upTo(last), verdicts: [passed, unknown] };
  // A batch that nobody has marked as about to be sent is no harm yet: whoever comes next may send it.
  if (at < of('record injecting', 'left', last)) return { harm: [last], verdicts: [passed] };
  if (at === of('record injecting', 'left', last)) return { harm: [1, last], verdicts: [passed, unknown] };
  if (at < of('inject', 'left', last)) return { harm: [1], verdicts: [unknown] };
  if (at === of('inject', 'left', last)) return { harm: [last - 1, last], verdicts: [passed, unknown] };
  const written = steps.includes('record holding') ? 'record holding' : 'record reverting';
  if (tells || at >= of(written, 'after')) return { harm: [last], verdicts: [passed] };
  return { harm: [last], verdicts: at === of(written, 'left') ? [passed, unknown] : [unknown] };
}

const upTo = (last: number) => Array.from({ length: last + 1 }, (_, n) => n);

/**
 * How long a lasting fault is to be in force. While the next controller has yet to learn of it, longer than a takeover,
 * so that it is found in force; else as short as can be.
 */
export function durationOf({ steps }: CrashFault, point: CrashPoint | undefined): string {
  const shortest = '4s';
  if (point === undefined) return shortest;
  const at = steps.indexOf(point.step);
  const early = at < steps.indexOf('record injecting');
  const late = at >= steps.indexOf('record reverting');
  return early || late ? shortest : '35s';
}
