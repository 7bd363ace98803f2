/** The suite of crashes at each step, the same on a Nomad of either kind. */

import { afterAll, describe, expect, it } from 'vitest';
import { type CrashFault, crashFaults, expectedOf } from './crash-cases.ts';
import { type CrashPoint, pointName } from './crash-point.ts';
import { type CrashResult, crashRun, TooSlow } from './crash-run.ts';
import { writeEvidence } from './evidence.ts';
import { type Cluster, makePlace } from './place.ts';
import { createTurns } from './turns.ts';

export interface CrashCluster extends Cluster {
  /** Nodes that no case shares with another. */
  readonly nodes: readonly string[];
  stop(): Promise<void>;
}

export interface CrashSuite {
  readonly title: string;
  readonly start: () => Promise<CrashCluster>;
  readonly points: (fault: CrashFault) => readonly CrashPoint[];
  /** Cases of jobs at once. */
  readonly width: number;
}

interface Case {
  readonly fault: CrashFault;
  readonly point: CrashPoint | undefined;
  result: Promise<CrashResult>;
}

const withinMs = 280_000;

const hitsJob = ({ fault }: Case) => fault.items['target_job'] !== undefined;

/** Begins to play; called before the tests of any suite, so that several suites are played beside each other. */
export type Begin = () => Promise<void>;

/** All cases are played beside each other, and each test waits for its own. */
export function describeCrashes({ title, start, points, width }: CrashSuite): Begin {
  const cases: Case[] = crashFaults.flatMap(fault =>
    [undefined, ...points(fault)].map(point => ({
      fault,
      point,
      result: Promise.reject(new Error('not begun')),
    })),
  );
  for (const each of cases) each.result.catch(() => undefined);
  let cluster: CrashCluster | undefined;

  const begin = async () => {
    cluster = await start();
    const jobs = createTurns(Array.from({ length: width }, () => undefined));
    const nodes = createTurns<string | undefined>(cluster.nodes);
    const busy = createTurns([undefined, undefined, undefined, undefined]);
    // Those of nodes take longest: up to two minutes, in which a late write is looked out for.
    for (const each of [...cases].sort((a, b) => Number(hitsJob(a)) - Number(hitsJob(b)))) {
      const { fault, point } = each;
      const turns = hitsJob(each) ? jobs : nodes;
      const on = cluster;
      const play = async (node: string | undefined) =>
        inTime(
          await crashRun({
            place: await makePlace(on),
            fault,
            busy,
            ...(node === undefined ? {} : { node }),
            ...(point === undefined ? {} : { point }),
          }),
        );
      each.result = turns.take(node =>
        again(async () => (point === undefined ? stepByStep(await play(node), fault) : play(node)), 3),
      );
      each.result.catch(() => undefined);
    }
  };

  afterAll(async () => {
    const results = await Promise.allSettled(cases.map(each => each.result));
    await cluster?.stop();
    writeEvidence(`crash-at-each-step-${title.replaceAll(/\W+/g, '-')}`, {
      title: `A crash at each step, on ${title}`,
      columns: ['fault', 'the process ended', 'verdict', 'calls that left', 'harm seen', 'takeover', 'over'],
      rows: results.flatMap((each, n) => (each.status === 'fulfilled' ? [row(cases[n], each.value)] : [])),
    });
  }, withinMs);

  for (const fault of crashFaults) {
    describe(fault.fault, { timeout: withinMs }, () => {
      const mine = cases.filter(each => each.fault === fault);
      for (const each of mine) {
        if (each.point === undefined) plain(each);
        else ended(each, each.point);
      }
    });
  }
  return begin;
}

/** Plays a case again where the machine was too slow for it. */
async function again(play: () => Promise<CrashResult>, times: number): Promise<CrashResult> {
  try {
    return await play();
  } catch (error) {
    if (!(error instanceof TooSlow) || times === 1) throw error;
    console.warn(`played again: ${error.message}`);
    return again(play, times - 1);
  }
}

/** Nothing may leave on what was read more than five seconds before: that is right, and no case of ours. */
function inTime(result: CrashResult): CrashResult {
  if (result.verdict === 'refused/withheld' && result.harm === 0) throw new TooSlow(result.message);
  return result;
}

/** A run without a crash takes each step by itself, where writes are answered in time. */
function stepByStep(result: CrashResult, { steps }: CrashFault): CrashResult {
  if (stepsOf(result).length < steps.length && result.verdict === 'passed') throw new TooSlow('two steps in one write');
  return result;
}

/** A state that is written anew, with what was seen in it, is one step. */
function stepsOf({ steps }: CrashResult): readonly string[] {
  const taken = steps.filter(each => each.moment === 'before' && /^(?:record|inject|undo)/.test(each.step));
  return taken.map(each => each.step).filter((step, n, all) => step !== all[n - 1]);
}

function plain(each: Case): void {
  it('takes just the steps at which the cases end it, and passes', async () => {
    const result = await each.result;
    expect(stepsOf(result)).toEqual(each.fault.steps);
    expect(result).toMatchObject({ ...inOrder, verdict: 'passed', told: ['passed'], sent: 1, harm: 1 });
  });
}

function ended(each: Case, point: CrashPoint): void {
  const { harm, verdicts } = expectedOf(each.fault, point);
  it(`${pointName(point)}: ${verdicts.join(' or ')}`, async () => {
    const result = await each.result;
    expect(result).toMatchObject(inOrder);
    expect(verdicts, result.message).toContain(result.verdict);
    expect(result.record).toMatchObject({ state: 'done' });
    // One verdict, however often it was told; not at all where the process ended just then.
    for (const told of result.told) expect(told).toBe(result.verdict);
    // Twice is what must never be, whatever the verdict; and none may pass without its effect.
    expect(result.sent).toBeLessThanOrEqual(1);
    expect(harm).toContain(result.harm);
    if (result.verdict === 'passed') expect(result.harm).toBe(1);
  });
}

const inOrder = { runs: 1, left: [], exit: 0, lockFree: true };

function row(of: Case | undefined, { verdict, sent, harm, takeover, over }: CrashResult): readonly string[] {
  const where = of?.point === undefined ? 'not' : pointName(of.point);
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [of?.fault.fault ?? '', where, verdict, String(sent), String(harm), seconds(takeover), seconds(over)];
}
