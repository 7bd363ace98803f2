/** The suite of crashes at each step, the same on a Nomad of either kind. */

import { afterAll, describe, expect, it } from 'vitest';
import { type CrashFault, callsOf, crashFaults, expectedOf } from './crash-cases.ts';
import { writeCrashEvidence } from './crash-evidence.ts';
import { type CrashPoint, pointName } from './crash-point.ts';
import { residueIn } from './crash-remains.ts';
import { type CrashResult, crashRun, TooSlow } from './crash-run.ts';
import { everyRight } from './every-right.ts';
import { isLong } from './long.ts';
import { type Cluster, makePlace } from './place.ts';
import { createTurns, type Turns } from './turns.ts';

export interface CrashCluster extends Cluster {
  /** Nodes that no case shares with another. */
  readonly nodes: readonly string[];
  stop(): Promise<void>;
}

export interface CrashSuite {
  readonly title: string;
  readonly start: () => Promise<CrashCluster>;
  /** A cluster for what hits a whole region, with no need of nodes; `regions` of them are started. */
  readonly startRegion: () => Promise<CrashCluster>;
  readonly regions: number;
  readonly points: (fault: CrashFault) => readonly CrashPoint[];
  /** Cases of jobs at once. */
  readonly width: number;
}

interface Case {
  readonly fault: CrashFault;
  readonly point: CrashPoint | undefined;
  result: Promise<CrashResult>;
}

/** Of all cases: each test waits for its own, and the first one for others that were begun before it. */
const withinMs = isLong ? 3_000_000 : 400_000;

/** Those that take longest come first: a late write is looked out for, or a deployment goes on. */
const lengths: Readonly<Record<CrashFault['hits'], number>> = { region: 3, node: 3, deployment: 2, service: 1, job: 0 };

/** Begins to play; called before the tests of any suite, so that several suites are played beside each other. */
export type Begin = () => Promise<void>;

/** All cases are played beside each other, and each test waits for its own. */
export function describeCrashes({ title, start, startRegion, regions, points, width }: CrashSuite): Begin {
  const cases: Case[] = crashFaults.flatMap(fault =>
    [undefined, ...points(fault)].map(point => ({
      fault,
      point,
      result: Promise.reject(new Error('not begun')),
    })),
  );
  for (const each of cases) each.result.catch(() => undefined);
  const clusters: CrashCluster[] = [];

  const begin = async () => {
    const [cluster, ...ofRegions] = await Promise.all([start(), ...Array.from({ length: regions }, startRegion)]);
    clusters.push(cluster, ...ofRegions);
    const names = (await cluster.call<{ Name: string }[]>('/v1/nodes')).map(each => each.Name).sort();
    const jobNodes = names.filter(each => !cluster.nodes.includes(each));
    const jobs = createTurns(Array.from({ length: width }, () => ({ on: cluster })));
    const nodes = createTurns(cluster.nodes.map(node => ({ on: cluster, node })));
    const alone = createTurns(ofRegions.map(on => ({ on })));
    const busy = createTurns([undefined, undefined, undefined, undefined]);
    for (const each of [...cases].sort((a, b) => lengths[b.fault.hits] - lengths[a.fault.hits])) {
      const { fault, point } = each;
      const play = async ({ on, node }: Where) => {
        const place = await makePlace(on, everyRight);
        await place.put('chaos/control/limits', limits);
        const stage = { place, jobNodes, ...(node === undefined ? {} : { node }) };
        return inTime(await crashRun({ stage, fault, busy, ...(point === undefined ? {} : { point }) }));
      };
      const played = (where: Where) =>
        again(async () => (point === undefined ? stepByStep(await play(where), fault) : play(where)), 5);
      const turns: Turns<Where> = fault.hits === 'region' ? alone : fault.hits === 'node' ? nodes : jobs;
      each.result = turns.take(played);
      each.result.catch(() => undefined);
    }
  };

  afterAll(async () => {
    const results = await Promise.allSettled(cases.map(each => each.result));
    await Promise.all(clusters.map(each => each.stop()));
    writeCrashEvidence(
      title,
      results.flatMap((each, n) => {
        const of = cases[n];
        return each.status === 'fulfilled' && of !== undefined ? [{ ...of, result: each.value }] : [];
      }),
    );
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
  it('leaves nothing at all, when every case is over', { timeout: withinMs }, async () => {
    await Promise.allSettled(cases.map(each => each.result));
    for (const cluster of clusters) expect(await residueIn(await makePlace(cluster, everyRight), true)).toEqual([]);
  });
  return begin;
}

interface Where {
  readonly on: CrashCluster;
  readonly node?: string;
}

/** Groups of two in namespaces of their own, and nodes at random: the defaults would spare them. */
const limits = {
  max_group_percent: '100',
  max_namespace_percent: '100',
  max_nodes_percent: '100',
  min_interval_per_job: '0s',
};

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

/**
 * Nothing may leave on what was read more than five seconds before, and an effect has to be seen while the fault lasts:
 * that is right, and no case of ours.
 */
function inTime(result: CrashResult): CrashResult {
  if (result.verdict === 'refused/withheld' && result.harm === 0) throw new TooSlow(result.message);
  // What was seen in time is written at once: the record that says that it is in force is written twice then.
  const written = result.steps.filter(({ step, moment }) => step === 'record holding' && moment === 'before').length;
  if (result.verdict === 'failed/no_effect' && written === 1) throw new TooSlow(result.message);
  return result;
}

/** A run without a crash takes each step by itself, where writes are answered in time. */
function stepByStep(result: CrashResult, fault: CrashFault): CrashResult {
  const steps = stepsOf(result, fault);
  if (steps.length < fault.steps.length && result.verdict === 'passed')
    throw new TooSlow(`two steps in one write: ${steps.join(', ')}`);
  return result;
}

/** A state that is written anew, with what was seen in it, is one step. */
function stepsOf({ steps }: CrashResult, { brief }: CrashFault): readonly string[] {
  const taken = steps.filter(
    ({ moment, step }) => moment === 'before' && step !== brief && /^(?:record|inject|tag|undo|untag)/.test(step),
  );
  return taken.map(each => each.step).filter((step, n, all) => step !== all[n - 1]);
}

function plain(each: Case): void {
  it('takes just the steps at which the cases end it, and passes', async () => {
    const result = await each.result;
    expect(stepsOf(result, each.fault)).toEqual(each.fault.steps);
    expect(result).toMatchObject({ ...inOrder, verdict: 'passed', told: ['passed'], sent: callsOf(each.fault) });
    if (result.harm !== undefined) expect(result.harm).toBe(callsOf(each.fault));
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
    const calls = callsOf(each.fault);
    expect(result.sent).toBeLessThanOrEqual(calls);
    if (result.verdict === 'passed') expect(result.sent).toBe(calls);
    if (result.harm === undefined) return;
    expect(harm).toContain(result.harm);
    if (result.verdict === 'passed') expect(result.harm).toBe(calls);
  });
}

const inOrder = { runs: 1, left: [], exit: 0, lockFree: true };
