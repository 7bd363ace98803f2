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
export function stepOf({ method, path, query, body }: NomadRequest, prefix: string): string | undefined {
  if (method === 'GET') return undefined;
  if (/\/(?:signal|stop|restart)$/.test(path)) return 'inject';
  if (path.endsWith('/eligibility'))
    return (body as { Eligibility?: unknown }).Eligibility === 'eligible' ? 'undo' : 'inject';
  const variable = /^\/v1\/var\/(.+)$/.exec(path)?.[1];
  if (variable === undefined) return `${method} ${path}`;
  const lock = Object.keys(query ?? {}).find(key => key.startsWith('lock-'));
  if (lock !== undefined) return lock;
  const under = variable.slice(prefix.length + 1);
  if (method === 'DELETE') return under.startsWith('requests/') ? 'request removal' : 'removal';
  if (under.startsWith('status/requests/')) return 'answer';
  if (under.startsWith('runs/')) return `record ${stateIn(body)}`;
  return under.startsWith('status/') ? 'status' : 'marker';
}

function stateIn(body: unknown): string {
  return (body as { Items?: { state?: string } }).Items?.state ?? '';
}
