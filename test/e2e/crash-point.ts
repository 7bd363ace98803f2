/** Where a controller's process ends, or freezes, by itself: at a step of its conversation with Nomad. */

import type { NomadRequest } from '../../src/nomad/types.ts';

/**
 * `before` the request leaves; `left`: its last byte was handed to the kernel, and nothing is waited for;
 * `after` its answer came, and before anything follows from it.
 */
export type Moment = 'before' | 'left' | 'after';

export interface CrashPoint {
  /** As `stepOf` names it. */
  readonly step: string;
  readonly moment: Moment;
  /** Which of several equal steps; default the first. */
  readonly nth?: number;
  /** Default SIGKILL. */
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
}

/** The words of a point, for names of tests. */
export function pointName({ step, moment, nth = 1 }: CrashPoint): string {
  const words = { before: 'before it leaves', left: 'once it left', after: 'after its answer' };
  return `${step}${nth === 1 ? '' : ` (${nth})`}, ${words[moment]}`;
}

/**
 * The step that a request is: writes and harmful calls have one, reads have none. A write of a run record bears the
 * state that it holds, so that each persisted step of the lifecycle can be told from the others.
 */
export function stepOf(request: NomadRequest, prefix: string): string | undefined {
  const { method, path, query, body } = request;
  if (method === 'GET') return undefined;
  const variable = /^\/v1\/var\/(.+)$/.exec(path)?.[1];
  if (variable === undefined) return callOf(request) ?? `${method} ${path}`;
  const lock = Object.keys(query ?? {}).find(key => key.startsWith('lock-'));
  if (lock !== undefined) return lock;
  const under = variable.slice(prefix.length + 1);
  if (method === 'DELETE') return under.startsWith('requests/') ? 'request removal' : 'removal';
  if (under.startsWith('status/requests/')) return 'answer';
  if (under.startsWith('runs/')) return `record ${stateIn(body)}`;
  return under.startsWith('status/') ? 'status' : 'marker';
}

interface Body {
  readonly DrainSpec?: object | null;
  readonly Eligibility?: string;
  readonly Message?: string;
  readonly Pause?: boolean;
  readonly PauseEvalBroker?: boolean;
}

/** Calls of faults by method and path: what each is, as its body tells where it may be either. */
const calls: readonly (readonly [RegExp, (body: Body) => Call])[] = [
  [/^PUT \/v1\/(?:client\/)?allocation\/[^/]+\/(?:signal|stop|restart)$/, () => 'inject'],
  [/^POST \/v1\/node\/[^/]+\/eligibility$/, ({ Eligibility }) => (Eligibility === 'eligible' ? 'undo' : 'inject')],
  [/^POST \/v1\/node\/[^/]+\/drain$/, ({ DrainSpec }) => (DrainSpec === null ? 'undo' : 'inject')],
  [/^PUT \/v1\/job\/[^/]+\/scale$/, ({ Message }) => (Message?.includes(': back to ') === true ? 'undo' : 'inject')],
  [/^PUT \/v1\/job\/[^/]+(?:\/revert)?$/, () => 'undo'],
  [/^DELETE \/v1\/(?:job\/[^/]+|service\/[^/]+\/[^/]+)$/, () => 'inject'],
  [/^PUT \/v1\/job\/[^/]+\/versions\/[^/]+\/tag$/, () => 'tag'],
  [/^DELETE \/v1\/job\/[^/]+\/versions\/[^/]+\/tag$/, () => 'untag'],
  [/^PUT \/v1\/deployment\/pause\/[^/]+$/, ({ Pause }) => (Pause === true ? 'inject' : 'undo')],
  [/^PUT \/v1\/deployment\/fail\/[^/]+$/, () => 'inject'],
  [/^PUT \/v1\/operator\/scheduler\//, ({ PauseEvalBroker }) => (PauseEvalBroker === true ? 'inject' : 'undo')],
];

type Call = 'inject' | 'tag' | 'undo' | 'untag';

function callOf({ method, path, body }: NomadRequest): Call | undefined {
  const of = calls.find(([shape]) => shape.test(`${method} ${path}`))?.[1];
  return of?.((body ?? {}) as Body);
}

function stateIn(body: unknown): string {
  return (body as { Items?: { state?: string } }).Items?.state ?? '';
}
