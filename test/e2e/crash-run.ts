/** One case: a controller that ends at its point, a fresh one after it, and what is left when all is over. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { type ControllerHandle, type LogLine, startController } from './controller-handle.ts';
import { type CrashFault, durationOf } from './crash-cases.ts';
import type { CrashPoint } from './crash-point.ts';
import { remainsOf } from './crash-remains.ts';
import { harmOf, job, newestEventOf, type Stage, setUp, toBeLeft } from './crash-stage.ts';
import type { PassedStep } from './crashing-connection.ts';
import { listingOf } from './listing.ts';
import { isLong } from './long.ts';
import { finishedRun, type Items } from './place.ts';
import type { Turns } from './turns.ts';

export interface CrashResult {
  /** State items of the one run's record, and of the schedule's status. */
  readonly record: Items;
  readonly status: Items;
  readonly runs: number;
  /** The verdict, and its reason after a slash where there is one. */
  readonly verdict: string;
  /** The record's own words for it. */
  readonly message: string;
  /** Verdicts that either controller told of: each once, however often. */
  readonly told: readonly string[];
  /** By the processes' own account: harmful calls that left, or may have. */
  readonly sent: number;
  /** By Nomad's account, where it has one: signals, stopped allocations, drains and so on. */
  readonly harm: number | undefined;
  /** What is not as it was before, in words. */
  readonly left: readonly string[];
  readonly exit: number | null;
  readonly lockFree: boolean;
  readonly steps: readonly PassedStep[];
  /** Seconds from the end of the first controller: until another acts, and until the run was over. */
  readonly takeover: number;
  readonly over: number;
}

export interface CrashInput {
  readonly stage: Stage;
  readonly fault: CrashFault;
  /** Absent: nothing is ended, and the first controller does it all. */
  readonly point?: CrashPoint;
  /** What keeps the machine busy, until the first controller is gone, waits for its turn here. */
  readonly busy: Turns<undefined>;
}

/** Plays one case to its end, with everything ended that it started. */
export async function crashRun(input: CrashInput): Promise<CrashResult> {
  const { fault, point, busy } = input;
  const { place, node } = input.stage;
  const started: ControllerHandle[] = [];
  const start = async (name: string, crash?: CrashPoint) => {
    const handle = await startController(place.options(name, crash === undefined ? {} : { crash }), place.nomad);
    started.push(handle);
    return handle;
  };
  const target = fault.hits === 'region' ? {} : node === undefined ? { target_job: job } : { target_node: node };
  const timing = {
    recover_within: recoverWithin(fault),
    ...(fault.lasts ? { duration: durationOf(fault, point) } : {}),
  };
  try {
    const stage = node === undefined ? input.stage : { ...input.stage, since: await newestEventOf(input.stage) };
    let before = await listingOf(place, node);
    let last = await busy.take(async () => {
      await setUp(fault, stage);
      before = await listingOf(place, node);
      await place.put('chaos/schedule/crash', { ...fault.items, ...target, ...timing, fault: fault.fault, at: 'now' });
      const first = await start('first', point);
      await (point === undefined ? harmDone(first) : endsByItself(first));
      return first;
    });
    if (point === undefined) await verdictOf(last);
    const endedAt = performance.now();
    if (point !== undefined) last = await start('second');
    await last.leads(120_000);
    const takeover = (performance.now() - endedAt) / 1000;
    const { items: record } = await finishedRun(place, 400_000).catch(error => {
      throw new Error(`${String(error)}\n${started.map(each => each.story()).join('\n---\n')}`);
    });
    const over = (performance.now() - endedAt) / 1000;
    const status = await until('the status to tell the verdict', async () => {
      const found = await place.get('chaos/status/crash');
      return found?.['last_verdict'] !== undefined && found['state'] === 'done' && found;
    });
    const harm = await harmOf(fault, stage);
    const left = await remainsOf(fault, stage, { before, toBe: toBeLeft(fault, before, harm) });
    last.signal('SIGTERM');
    const { code } = await last.ended;
    return {
      record,
      status,
      runs: (await place.records()).size,
      verdict: [status['last_verdict'], status['last_reason']].filter(each => each !== undefined).join('/'),
      message: messageIn(record),
      told: [...new Set(started.flatMap(each => verdictsTold(each)))],
      sent: started.flatMap(each => each.steps()).filter(each => each.step === 'inject' && each.moment === 'left')
        .length,
      harm,
      left,
      exit: code,
      lockFree: await place.lockIsFree(),
      steps: started.flatMap(each => each.steps()),
      takeover,
      over,
    };
  } finally {
    await Promise.all(started.map(each => each.end()));
    await place.endJobs();
  }
}

/** A takeover is part of it, and a deployment too; beside many other cases all of it takes longer. */
function recoverWithin({ fault }: CrashFault): string {
  if (fault === 'deployment-pause') return '2m';
  return isLong ? '60s' : '30s';
}

const verdictOf = (handle: ControllerHandle) => handle.line('its verdict', each => each['type'] === 'verdict', 400_000);
const harmDone = (handle: ControllerHandle) => handle.line('its harm', each => each['step'] === 'record reverting');

/** What a busy machine does to a case: it says nothing about the controller, and the case is played again. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

async function endsByItself(first: ControllerHandle): Promise<void> {
  const finished = async () => {
    await verdictOf(first);
    await pause(3_000);
    // A write of the record that is answered late takes two steps at once.
    throw new TooSlow(`it went past its point: ${JSON.stringify(first.lines.filter(isTelling))}`);
  };
  const over = finished();
  // Where the process ends, nobody waits for this any more.
  over.catch(() => undefined);
  const { signal } = await Promise.race([first.ended, over]);
  if (signal !== 'SIGKILL') throw new Error('the first controller was to end at its point, and ended otherwise');
}

const isTelling = (line: LogLine) => ['gate', 'injection', 'verdict'].includes(String(line['type']));

function messageIn(record: Items): string {
  return (JSON.parse(record['body'] ?? '{}') as { message?: string }).message ?? '';
}

function verdictsTold({ lines }: ControllerHandle): readonly string[] {
  return lines
    .filter(each => each['type'] === 'verdict')
    .map(each => [each['verdict'], each['reason']].filter(word => word !== undefined).join('/'));
}
