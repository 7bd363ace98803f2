/** Controllers that are Nomad's own job, stopped or drained away in the middle of runs. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Allocation } from '../../src/nomad/types.ts';
import { describeWithNomad } from '../support/named-skip.ts';
import { until } from '../support/until.ts';
import { type Deployed, deploy } from './deployed.ts';
import { writeEvidence } from './evidence.ts';
import { isLong } from './long.ts';
import { allBut, type MidRun, putInForce, standOf } from './mid-run.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

const title = "the controllers' own job, stopped or drained in mid-run on a real Nomad";

if (isLong) describeWithNomad(title, stops);
else it.skip(`${title} (skipped: it takes minutes without SIROCCO_LONG=1)`, () => undefined);

/** What Nomad gives a task from SIGTERM to SIGKILL. */
const killTimeoutMs = 30_000;
/** Of a busy machine: for the undo itself, and for seeing it. */
const slackMs = 10_000;
const allAborted = (names: readonly string[], undo: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(names.map(name => [name, `done aborted/controller_stopped ${undo[name] ?? 'undone'}`]));
const scheduler = { region: { fault: 'scheduler-pause' } };

function stops(): void {
  let cluster: E2eCluster;
  const seen: (readonly string[])[] = [];
  const note = (what: string, ms: number) => {
    seen.push([what, `${(ms / 1000).toFixed(1)} s`]);
    console.log(`${what}: ${(ms / 1000).toFixed(1)} s`);
  };

  beforeAll(async () => {
    cluster = await startCluster({ clients: 7 });
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
    writeEvidence('controller-stopped', { title, columns: ['what', 'time'], rows: seen });
  }, 60_000);

  describe('its own job is stopped', { timeout: 300_000 }, () => {
    it('undoes everything before it ends', async () => {
      const deployed = await deploy(cluster);
      const stand = await standOf(deployed);
      const midRun = await putInForce(stand, allBut(stand), '30m');
      expect((await midRun.differences()).length).toBeGreaterThan(0);
      const leader = await deployed.leader();

      const told = performance.now();
      await stopJob(deployed);
      const ended = await allEnded(deployed);
      note('five faults undone, and both controllers ended, after', performance.now() - told);

      expect(await midRun.differences()).toEqual([]);
      expect(await midRun.outcomes()).toEqual(allAborted(midRun.names, { stop: 'undone undone' }));
      expect(await midRun.residue()).toEqual([]);
      for (const each of ended) expect(endOf(each)).toMatchObject({ exitCode: 0 });
      expect(endOf(ended.find(({ ID }) => ID === leader.alloc)).ms).toBeLessThan(killTimeoutMs);
      expect((await deployed.log(leader.alloc)).at(-1)).toMatchObject({ how: 'exit', open: [] });
      expect(await deployed.home.lockIsFree()).toBe(true);
    });

    it('names what it could not undo in that time, with the line that does', async () => {
      const deployed = await deploy(cluster);
      const stand = await standOf(deployed);
      const midRun = await putInForce(stand, allBut(stand), '30m');
      const leader = await deployed.leader();
      // Whoever may not write nodes any more can't take anything back there.
      await deployed.allow(deployed.policy.replace('node {\n  policy = "write"', 'node {\n  policy = "read"'));

      const told = performance.now();
      await stopJob(deployed);
      const ended = await allEnded(deployed);
      note('three of five undone, the rest named, and both ended, after', performance.now() - told);

      expect(endOf(ended.find(({ ID }) => ID === leader.alloc)).ms).toBeLessThan(killTimeoutMs);
      const left = await midRun.outcomes();
      expect(left).toMatchObject(allAborted(['pause', 'scale', 'stop'], { stop: 'undone undone' }));
      const open = [...(await deployed.home.records())].filter(([, each]) => each['state'] !== 'done');
      expect(open.map(([run]) => run.split('_')[1]).sort()).toEqual(['drain', 'out']);
      const last = (await deployed.log(leader.alloc)).at(-1);
      expect(last?.msg).toMatch(/^stopped, not undone: .*; undo with: sirocco undo --all$/);
      for (const [run] of open) expect(last?.msg).toContain(run);
      expect(last?.['open']).toEqual(
        open.map(([run]) => expect.objectContaining({ run, by_hand: [expect.stringMatching(/^nomad node /)] })),
      );
      expect(await midRun.residue()).toHaveLength(2);

      // By the operator's own token.
      expect(await deployed.sirocco('undo', '--all')).toMatchObject({ code: 0 });
      expect(await midRun.differences()).toEqual([]);
      expect(await midRun.residue()).toEqual([]);
    });

    it('goes on until a pause of the scheduler ends, since nothing is stopped before, and ends it in time', async () => {
      const deployed = await deploy(cluster);
      const midRun = await putInForce(await standOf(deployed), scheduler, '15s');
      await stopJob(deployed, '-detach');
      const restored = await midRun.restored(30_000);
      note('a pause of 15 s, its controller told to stop meanwhile, was undone after', restored - midRun.injectedAt);
      expect(restored - midRun.injectedAt).toBeLessThan(15_000 + slackMs);
      await allEnded(deployed);
      expect(await midRun.outcomes()).toEqual({ region: expect.stringMatching(/^\S+ .* undone$/) });
      expect(await midRun.residue()).toEqual([]);
    });

    it('ends a pause of the scheduler at once at a halt, and is stopped then', async () => {
      const deployed = await deploy(cluster);
      const midRun = await putInForce(await standOf(deployed), scheduler, '30m');
      await stopJob(deployed, '-detach');
      const told = Date.now();
      expect(await deployed.sirocco('halt', '--reason', 'it has to end')).toMatchObject({ code: 0 });
      note(
        'a pause, its controller told to stop and then halted, was undone after',
        (await midRun.restored(30_000)) - told,
      );
      await allEnded(deployed);
      expect(await midRun.outcomes()).toEqual({ region: 'done aborted/halted undone' });
      expect(await midRun.residue()).toEqual([]);
    });

    it('ends a pause of the scheduler at once when its process is told to end', async () => {
      const deployed = await deploy(cluster);
      const midRun = await putInForce(await standOf(deployed), scheduler, '30m');
      await stopJob(deployed, '-detach');
      const leader = await deployed.leader();
      const told = Date.now();
      await deployed.nomad('alloc', 'signal', '-namespace', deployed.home.namespace, '-s', 'SIGTERM', leader.alloc);
      note(
        'a pause, its controller ended with its job stopped, was undone after',
        (await midRun.restored(30_000)) - told,
      );
      await allEnded(deployed);
      // Nomad, which goes on, tells the process a second time to end: then nothing is waited for, not even its own report.
      expect(await deployed.sirocco('undo', '--all')).toMatchObject({ code: 0 });
      expect(await midRun.outcomes()).toEqual(allAborted(['region']));
      expect(await midRun.residue()).toEqual([]);
    });
  });

  describe('its node is drained', { timeout: 300_000 }, () => {
    it('leaves the faults to the other, which undoes them in time', async () => {
      const deployed = await deploy(cluster);
      const stand = await standOf(deployed);
      const midRun = await putInForce(stand, allBut(stand), '40s');
      const [first, told] = await drainLeader(deployed);
      const second = await until('another to act', async () => {
        const holder = await deployed.leader();
        return holder.alloc === first.alloc ? undefined : holder;
      });
      note('another acted after', performance.now() - told);
      expect(deployed.instances).toContainEqual(second);
      expect((await midRun.differences()).length).toBeGreaterThan(0);
      await undoneInTime(midRun, 40_000);
      await over(midRun);
      expect(await midRun.outcomes()).toEqual(
        Object.fromEntries(midRun.names.map(name => [name, `done passed ${name === 'stop' ? 'undone ' : ''}undone`])),
      );
      expect(await midRun.residue()).toEqual([]);
      const ended = (await deployed.allocations()).find(({ ID }) => ID === first.alloc);
      expect(endOf(ended)).toMatchObject({ exitCode: 0 });
      await bringBack(deployed, first.node);
    });

    it('stays until a pause of the scheduler ends, and ends it in time', async () => {
      const deployed = await deploy(cluster);
      const midRun = await putInForce(await standOf(deployed), scheduler, '15s');
      const [first] = await drainLeader(deployed);
      await undoneInTime(midRun, 15_000);
      await until(
        'its end',
        async () => {
          const found = (await deployed.allocations()).find(({ ID }) => ID === first.alloc);
          return found?.ClientStatus === 'complete';
        },
        { within: 60_000 },
      );
      await over(midRun);
      expect(await midRun.outcomes()).toEqual({ region: 'done passed undone' });
      expect(await midRun.residue()).toEqual([]);
      await bringBack(deployed, first.node);
    });
  });

  async function undoneInTime(midRun: MidRun, durationMs: number): Promise<void> {
    const after = (await midRun.restored(durationMs + 30_000)) - midRun.injectedAt;
    note(`faults of ${durationMs / 1000} s, their controller drained away meanwhile, were undone after`, after);
    expect(after).toBeLessThan(durationMs + slackMs);
  }
}

async function stopJob({ nomad, home }: Deployed, ...more: readonly string[]): Promise<void> {
  await nomad('job', 'stop', '-namespace', home.namespace, ...more, 'sirocco');
}

/** Waits until no allocation of the controllers runs any more. */
function allEnded({ allocations }: Deployed): Promise<readonly Allocation[]> {
  return until(
    'both controllers to end',
    async () => {
      const found = await allocations();
      return found.every(({ ClientStatus }) => ClientStatus === 'complete') && found;
    },
    { within: 60_000, every: 250 },
  );
}

/** How its task ended, and how long after it was told to. */
function endOf(alloc: Allocation | undefined): { readonly exitCode: number; readonly ms: number } {
  const events = alloc?.TaskStates?.['controller']?.Events ?? [];
  const timeOf = (type: string) => events.find(each => each.Type === type)?.Time ?? Number.NaN;
  const { Details } = events.find(each => each.Type === 'Terminated') ?? {};
  return { exitCode: Number(Details?.['exit_code']), ms: (timeOf('Terminated') - timeOf('Killing')) / 1e6 };
}

async function drainLeader(deployed: Deployed): Promise<readonly [Awaited<ReturnType<Deployed['leader']>>, number]> {
  const leader = await deployed.leader();
  const told = performance.now();
  const { cluster } = deployed.home;
  const node = await idOf(deployed, leader.node);
  await cluster.call(`/v1/node/${node}/drain`, { method: 'PUT', body: { DrainSpec: { Deadline: 60e9 } } });
  return [leader, told];
}

async function bringBack(deployed: Deployed, name: string): Promise<void> {
  await deployed.home.cluster.call(`/v1/node/${await idOf(deployed, name)}/drain`, {
    method: 'PUT',
    body: { DrainSpec: null, MarkEligible: true },
  });
  await stopJob(deployed);
  await allEnded(deployed);
}

async function idOf({ home: { cluster } }: Deployed, name: string): Promise<string> {
  const found = (await cluster.call<{ ID: string; Name: string }[]>('/v1/nodes')).find(each => each.Name === name);
  return found?.ID ?? '';
}

const over = (midRun: MidRun) =>
  until(
    'every run to be over',
    async () => Object.values(await midRun.outcomes()).every(each => each.startsWith('done ')),
    { within: 150_000, every: 500 },
  );
