/** A controller dies while faults are in force: `doctor --residue` tells of each, and `undo --all` leaves nothing. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { type ControllerHandle, startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import type { FaultCluster } from './fault-suite.ts';
import { deployAgain } from './long-deployment.ts';
import { type Items, makePlace, type Place } from './place.ts';

const program = fileURLToPath(new URL('../../bin/sirocco.js', import.meta.url));
const handbook = fileURLToPath(new URL('../../docs/undo-by-hand.md', import.meta.url));
const run = promisify(execFile);
const withinMs = 240_000;

interface Remnant {
  readonly what: string;
  readonly where: string;
  readonly run?: string;
  readonly since?: string;
  readonly why: string;
  readonly by_hand: string;
}

interface Report {
  readonly code: number;
  readonly residue: readonly Remnant[];
  readonly in_force: readonly Remnant[];
  readonly not_looked_at: readonly object[];
}

export interface ResidueOptions {
  /** The nomad CLI, with which the lines by hand are carried out. */
  readonly nomadBinary?: string;
}

/** Of each fault that lasts, in order of name: the fault, and whether Nomad itself keeps a mark of it. */
const inForce = ['deployment-pause', 'job-scale', 'job-stop', 'job-stop', 'node-drain', 'node-ineligible'];
const marked = ['job-scale', 'job-stop', 'job-stop', 'node-drain'];

export function describeResidue(start: () => Promise<FaultCluster>, options: ResidueOptions = {}): void {
  let cluster: FaultCluster | undefined;
  let place: Place;
  let schedules: Readonly<Record<string, Items>>;
  let controller: ControllerHandle;
  let round = 0;

  beforeAll(async () => {
    cluster = await start();
    place = await makePlace(cluster, everyRight);
    const wide = { max_group_percent: '100', max_namespace_percent: '100', max_nodes_percent: '100' };
    await place.put('chaos/control/limits', { ...wide, min_interval_per_job: '0s' });
    const [drained = '', out = ''] = cluster.nodes;
    schedules = {
      scale: { fault: 'job-scale', target_job: 'scaled', delta: '-1' },
      stop: { fault: 'job-stop', target_job: 'stopped' },
      pause: { fault: 'deployment-pause', target_job: 'deployed' },
      drain: { fault: 'node-drain', target_node: drained },
      out: { fault: 'node-ineligible', target_node: out },
    };
    // Away from the nodes that are hit: a job that two runs would hit waits for the first of them.
    const names = (await cluster.call<{ Name: string }[]>('/v1/nodes')).map(each => each.Name).sort();
    const onlyNode = names.find(each => cluster?.nodes.includes(each) === false) ?? '';
    for (const id of ['scaled', 'stopped', 'deployed']) await place.run({ id, count: 2, onlyNode });
  }, withinMs);

  afterAll(async () => {
    await controller?.end();
    await cluster?.stop();
  });

  /** As a user runs it. */
  async function sirocco(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
    const { address, token } = place.nomad;
    const env = { PATH: process.env['PATH'] ?? '', NOMAD_ADDR: address, NOMAD_TOKEN: token };
    const own = ['--home', place.namespace, '--namespaces', place.namespace];
    try {
      const { stdout } = await run(process.execPath, [program, ...argv, ...own], { env });
      return { code: 0, out: stdout };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== 'number' || stdout === '') throw new Error(`${argv.join(' ')}: ${stderr}`, { cause: error });
      return { code, out: stdout };
    }
  }

  async function doctor(): Promise<Report> {
    const { code, out } = await sirocco('doctor', '--residue', '--output', 'json');
    return { code, ...(JSON.parse(out) as Omit<Report, 'code'>) };
  }

  /** Once the lock of a controller that is gone has lapsed. */
  const whenNobodyLeads = () =>
    until('the lock to lapse', async () => (await place.lockIsFree()) && doctor(), { within: 60_000, every: 1_000 });

  const names = (remnants: readonly Remnant[]) => remnants.map(({ what }) => what).sort();

  async function allInForce(): Promise<void> {
    round += 1;
    await deployAgain(place, { job: 'deployed', healthyAfter: 20_000, maxParallel: 1, what: String(round) });
    controller = await startController(place.options(`round-${round}`), place.nomad);
    await controller.leads();
    for (const [name, items] of Object.entries(schedules))
      await place.put(`chaos/schedule/${name}-${round}`, { ...items, duration: '30m', at: 'now' });
    await until(
      'every fault to be in force',
      async () => {
        const open = [...(await place.records()).values()].filter(each => each['state'] !== 'done');
        const seen = open.filter(each => {
          const { intents = [] } = JSON.parse(each['body'] ?? '{}') as { intents?: readonly { effect?: object }[] };
          return each['state'] === 'holding' && intents.every(({ effect }) => effect !== undefined);
        });
        return seen.length === Object.keys(schedules).length;
      },
      { within: 90_000, every: 500 },
    ).catch(error => {
      throw new Error(`${String(error)}\n${controller.story()}`);
    });
  }

  describe('what a controller that died has left', () => {
    it('is in force while it lives, residue when it is gone, and nothing after an undo', {
      timeout: withinMs,
    }, async () => {
      expect(await doctor()).toMatchObject({ code: 0, residue: [], in_force: [], not_looked_at: [] });

      await allInForce();
      const living = await doctor();
      expect([living.code, names(living.in_force), living.residue]).toEqual([0, inForce, []]);

      await controller.end();
      const dead = await whenNobodyLeads();
      expect([dead.code, names(dead.residue), dead.in_force]).toEqual([6, inForce, []]);
      for (const each of dead.residue) {
        expect(each.why).toContain('no controller leads');
        expect(each.run).toMatch(new RegExp(`^${place.namespace}_`));
        expect(each.since).toMatch(/^\d{4}-/);
        expect(each.by_hand).toMatch(/^nomad [^<>]+$/);
      }

      const { code } = await sirocco('undo', '--all', '--output', 'json');
      expect(code).toBe(0);
      expect(await doctor()).toMatchObject({ code: 0, residue: [], in_force: [], not_looked_at: [] });
    });

    it('is found by its marks where somebody deleted the records, and undone by the lines told', {
      timeout: withinMs,
    }, async () => {
      await allInForce();
      await controller.end();
      const told = (await whenNobodyLeads()).residue;
      if (options.nomadBinary !== undefined) expect(await seenByHand(place)).toEqual(names(told));
      for (const id of (await place.records()).keys()) await place.remove(`chaos/runs/${id}`);

      const found = await doctor();
      expect([found.code, names(found.residue), found.in_force]).toEqual([6, marked, []]);
      for (const each of found.residue) {
        expect(each.why).toContain('its run has no record');
        // The mark names the run, and tells as much as the record did.
        expect(told).toContainEqual(expect.objectContaining({ what: each.what, run: each.run, by_hand: each.by_hand }));
      }
      const { nomadBinary } = options;
      if (nomadBinary === undefined) return;
      for (const { by_hand: lines } of told)
        for (const line of lines.split('; ')) await byHand(nomadBinary, line, place);
      expect(await doctor()).toMatchObject({ code: 0, residue: [], in_force: [] });
      expect(await remains(place, Object.values(schedules))).toEqual({
        counts: [2, 2, 2],
        stopped: 0,
        out: 0,
        paused: 0,
      });
    });
  });
}

interface TaskGroup {
  readonly Count: number;
}

/** The faults of the lines that the documentation's own command prints, in order. */
async function seenByHand({ nomad, cluster, namespace }: Place): Promise<readonly string[]> {
  const [block = ''] = /(?<=```sh\n)nomad var list [^`]+/.exec(readFileSync(handbook, 'utf8')) ?? [];
  const script = block.replaceAll('-namespace sirocco', `-namespace ${namespace}`);
  const env = { PATH: process.env['PATH'] ?? '', NOMAD_ADDR: nomad.address, NOMAD_TOKEN: cluster.managementToken };
  const { stdout } = await run('sh', ['-c', script], { env });
  const lines = stdout.split('\n').filter(line => line.startsWith('{'));
  return lines.map(line => (JSON.parse(line) as { fault: string }).fault).sort();
}

/** One line of those told, as a person with a token would run it. */
async function byHand(binary: string, line: string, { nomad, cluster }: Place): Promise<void> {
  const [, ...args] = line.split(' ');
  const env = { NOMAD_ADDR: nomad.address, NOMAD_TOKEN: cluster.managementToken };
  await run(binary, args, { env, timeout: 60_000 });
}

async function remains({ cluster, namespace }: Place, schedules: readonly Items[]): Promise<object> {
  const jobs = schedules.flatMap(each => each['target_job'] ?? []);
  const read = await Promise.all(
    jobs.map(job =>
      cluster.call<{ Stop: boolean; TaskGroups: readonly TaskGroup[] }>(`/v1/job/${job}?namespace=${namespace}`),
    ),
  );
  const nodes = await cluster.call<{ SchedulingEligibility: string }[]>('/v1/nodes');
  const deployments = await cluster.call<{ Status: string }[]>(`/v1/deployments?namespace=${namespace}`);
  return {
    counts: read.flatMap(each => each.TaskGroups.map(({ Count }) => Count)),
    stopped: read.filter(each => each.Stop).length,
    out: nodes.filter(each => each.SchedulingEligibility !== 'eligible').length,
    paused: deployments.filter(({ Status }) => Status === 'paused').length,
  };
}
