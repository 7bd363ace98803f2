/** One case: a controller that ends at its point, a fresh one after it, and what is left when all is over. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { type ControllerHandle, type LogLine, startController } from './controller-handle.ts';
import { type CrashFault, durationOf } from './crash-cases.ts';
import type { CrashPoint } from './crash-point.ts';
import type { PassedStep } from './crashing-connection.ts';
import { nodeNamed } from './nodes.ts';
import { finishedRun, type Items, type Place, runningOf, signalsOf, stoppedOf } from './place.ts';
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
  /** By Nomad's account: signals, stopped allocations, or whether the node became ineligible. */
  readonly harm: number;
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
  readonly place: Place;
  readonly fault: CrashFault;
  /** The node that is this case's alone, where the fault hits one. */
  readonly node?: string;
  /** Absent: nothing is ended, and the first controller does it all. */
  readonly point?: CrashPoint;
  /** What keeps the machine busy, until the first controller is gone, waits for its turn here. */
  readonly busy: Turns<undefined>;
}

const job = 'web';

/** Plays one case to its end, with everything ended that it started. */
export async function crashRun(input: CrashInput): Promise<CrashResult> {
  const { place, fault, node, point, busy } = input;
  const started: ControllerHandle[] = [];
  const start = async (name: string, crash?: CrashPoint) => {
    const handle = await startController(place.options(name, crash === undefined ? {} : { crash }), place.nomad);
    started.push(handle);
    return handle;
  };
  const timing = {
    recover_within: '30s',
    ...(node === undefined ? {} : { target_node: node, duration: durationOf(fault, point) }),
  };
  try {
    const before = node === undefined ? 0 : await ineligibleEvents(place, node);
    let last = await busy.take(async () => {
      if (node === undefined) await place.run({ id: job, count: 2 });
      await place.put('chaos/schedule/crash', { ...fault.items, ...timing, fault: fault.fault, at: 'now' });
      const first = await start('first', point);
      await (point === undefined ? verdictOf(first) : endsByItself(first));
      return first;
    });
    const endedAt = performance.now();
    if (point !== undefined) last = await start('second');
    await last.leads(60_000);
    const takeover = (performance.now() - endedAt) / 1000;
    const { items: record } = await finishedRun(place, 150_000);
    const over = (performance.now() - endedAt) / 1000;
    const status = await until('the status to tell the verdict', async () => {
      const found = await place.get('chaos/status/crash');
      return found?.['last_verdict'] !== undefined && found['state'] === 'done' && found;
    });
    const left = await remains(place, node);
    last.signal('SIGTERM');
    const { code } = await last.ended;
    const allocations = node === undefined ? await place.allocations(job) : [];
    return {
      record,
      status,
      runs: (await place.records()).size,
      verdict: [status['last_verdict'], status['last_reason']].filter(each => each !== undefined).join('/'),
      message: messageIn(record),
      told: [...new Set(started.flatMap(each => verdictsTold(each)))],
      sent: started.flatMap(each => each.steps()).filter(each => each.step === 'inject' && each.moment === 'left')
        .length,
      harm:
        node === undefined
          ? signalsOf(allocations) + stoppedOf(allocations).length
          : (await ineligibleEvents(place, node)) - before,
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

const verdictOf = (handle: ControllerHandle) => handle.line('its verdict', each => each['type'] === 'verdict');

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

async function ineligibleEvents(place: Place, node: string): Promise<number> {
  const { Events } = await nodeNamed(place.cluster, node);
  return (Events ?? []).filter(each => each.Message === 'Node marked as ineligible for scheduling').length;
}

/** What is not as it was: waits a moment for what Nomad itself still has to do. */
async function remains(place: Place, node: string | undefined): Promise<readonly string[]> {
  const words: string[] = [];
  if (node === undefined) {
    const healthy = async () => runningOf(await place.allocations(job)).length === 2;
    await until('the group to be whole', healthy).catch(error => words.push(String(error)));
  } else {
    const { SchedulingEligibility } = await nodeNamed(place.cluster, node);
    if (SchedulingEligibility !== 'eligible') words.push(`node ${node} is ${SchedulingEligibility}`);
  }
  for (const [run, { undo = '' }] of await place.records())
    if (/"state":"(?:pending|unreachable)"/.test(undo)) words.push(`${run} owes an undo: ${undo}`);
  return words;
}
