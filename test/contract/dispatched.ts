/** Children of a parameterized job, and the four tasks in one group of which a host fault is made. */

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Allocation, Job, TaskState } from '../../src/nomad/types.ts';
import type { JobOptions, TaskOptions } from '../support/jobs.ts';
import { allocationsOf } from '../support/running-job.ts';
import { until } from '../support/until.ts';
import type { Caller } from './caller.ts';

export interface DispatchAnswer {
  readonly DispatchedJobID: string;
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
  readonly JobCreateIndex: number;
  readonly Index: number;
}

export interface DispatchBody {
  readonly Payload?: string;
  readonly Meta?: Readonly<Record<string, string>>;
  readonly Priority?: number;
  readonly IdPrefixTemplate?: string;
}

/** What this base64 stands for in a dispatch. */
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Path of a job whose id has slashes. */
export const jobPath = (id: string, what = ''): string => `/v1/job/${encodeURIComponent(id)}${what}`;

export function dispatch(by: Caller, parent: string, body: DispatchBody = {}, token?: string) {
  return by.put(`/v1/job/${parent}/dispatch`, body, token === undefined ? {} : { idempotency_token: token });
}

/** Dispatches and answers the child's id; fails where it is refused. */
export async function child(by: Caller, parent: string, body: DispatchBody = {}, token?: string): Promise<string> {
  const { status, body: answer } = await dispatch(by, parent, body, token);
  if (status !== 200) throw new Error(`the dispatch was refused: ${status} ${JSON.stringify(answer)}`);
  return (answer as DispatchAnswer).DispatchedJobID;
}

export async function jobOf(by: Caller, id: string): Promise<Job & Readonly<Record<string, unknown>>> {
  return (await by.get(jobPath(id))).body as Job & Readonly<Record<string, unknown>>;
}

export async function untilStatus(by: Caller, id: string, status: string): Promise<void> {
  await until(`${id} to be ${status}`, async () => (await jobOf(by, id)).Status === status);
}

type StateNeeded = 'pending' | 'running' | 'dead';

/** The job's one allocation once its tasks are in these states. */
export function allocationWith(
  by: Caller,
  job: string,
  states: Readonly<Record<string, StateNeeded>>,
): Promise<Allocation> {
  return until(`${job} to have ${JSON.stringify(states)}`, async () => {
    const [alloc] = await allocationsOf(by.get, encodeURIComponent(job));
    if (alloc === undefined) return false;
    const fits = Object.entries(states).every(([task, state]) => alloc.TaskStates?.[task]?.State === state);
    return fits && alloc;
  });
}

/** The types of a task's events, oldest first. */
export const typesOf = (state: TaskState | undefined): string[] => (state?.Events ?? []).map(event => event.Type);

/** When a task's only event of this type was, in milliseconds of the node's clock. */
export function timeOf(alloc: Allocation, task: string, type: string): number {
  const event = alloc.TaskStates?.[task]?.Events?.find(one => one.Type === type);
  if (event === undefined) throw new Error(`${task} has no event ${type}: ${typesOf(alloc.TaskStates?.[task])}`);
  return event.Time / 1e6;
}

const shell = (script: string) => ['/bin/sh', '-c', script] as const;

/** What each of the four tasks runs, as a script; `hold` stays until it is asked to end. */
export interface FourScripts {
  readonly inject?: string;
  readonly hold?: string;
  readonly ready?: string;
  readonly revert?: string;
}

const holding = "trap 'exit 0' TERM INT; while :; do sleep 0.05; done";

/** Tasks that run before, in, beside and after the main one. */
export function fourTasks(scripts: FourScripts = {}): TaskOptions[] {
  const { inject = 'true', hold = holding, ready = 'true', revert = 'true' } = scripts;
  return [
    { name: 'inject', command: shell(inject), lifecycle: { hook: 'prestart' } },
    { name: 'hold', command: shell(hold), killTimeout: 1000 },
    { name: 'ready', command: shell(ready), lifecycle: { hook: 'poststart' } },
    { name: 'revert', command: shell(revert), lifecycle: { hook: 'poststop' } },
  ];
}

/** A batch job that is tried once, on one node. */
export function onceOnly(id: string, namespace: string, tasks: readonly TaskOptions[]): JobOptions {
  return {
    id,
    namespace,
    type: 'batch',
    count: 1,
    restart: { attempts: 0, interval: 60_000, delay: 0, mode: 'fail' },
    reschedule: { attempts: 0, interval: 0, delay: 5000, unlimited: false },
    tasks,
  };
}

/** A folder for what tasks leave behind, gone after the test. */
export async function traceFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sirocco-trace-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
