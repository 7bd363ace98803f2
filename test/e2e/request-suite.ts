/** People's requests, asked for by processes of the command line, on whichever Nomad is handed in. */

import { expect, it } from 'vitest';
import { requestRunId } from '../../src/base/ids.ts';
import type { Variable } from '../../src/nomad/types.ts';
import { GiveUp, until } from '../support/until.ts';
import { type CliProcess, startCli } from './cli-process.ts';
import { type ControllerHandle, startController } from './controller-handle.ts';
import { nodeNamed } from './nodes.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, type Items, makePlace, type Place, signalsOf } from './place.ts';

export interface RequestCluster extends Cluster {
  readonly nodes: readonly string[];
}

const never = '2099-01-01T00:00:00Z';
const killOf = (job: string, over: Items = {}): Items => ({
  fault: 'alloc-kill',
  target_job: job,
  at: never,
  recover_within: '30s',
  ...over,
});
const cordonOf = (node: string): Items => ({ fault: 'node-ineligible', target_node: node, at: never, duration: '10m' });
const limits = {
  max_group_percent: '50',
  max_namespace_percent: '50',
  max_nodes_percent: '100',
  min_interval_per_job: '0s',
};

/** Registers the cases; each has a place of its own. */
export function requestSuite(getCluster: () => RequestCluster): void {
  async function aPlace(...jobs: readonly string[]): Promise<Place> {
    const place = await makePlace(getCluster());
    await place.put('chaos/control/limits', limits);
    for (const job of jobs) await place.run({ id: job, count: 2 });
    return place;
  }

  async function led(place: Place, name = 'one'): Promise<ControllerHandle> {
    const controller = await startController(place.options(name), place.nomad);
    await controller.leads();
    return controller;
  }

  /** Somebody who may ask, and read what is answered, and nothing else. */
  async function askerOf({ namespace, cluster }: Place, mayRead = true): Promise<string> {
    const variables = {
      'chaos/requests/*': ['write', 'destroy'] as const,
      ...(mayRead ? { 'chaos/status/requests/*': ['read'] as const } : {}),
    };
    return (await cluster.createToken({ namespaces: { [namespace]: { variables } } })).secret;
  }

  const isEligible = async (node: string) => (await nodeNamed(getCluster(), node)).SchedulingEligibility === 'eligible';

  async function openRun(place: Place, state: string, cli?: CliProcess): Promise<string> {
    let isOver: string | undefined;
    void cli?.ended.then(({ err }) => {
      isOver = err;
    });
    return until(`a run to be ${state}`, async () => {
      if (isOver !== undefined) throw new GiveUp(`the command ended before: ${isOver}`);
      return [...(await place.records())].find(([, items]) => items['state'] === state)?.[0];
    });
  }

  it('execute runs a schedule by a token that may only ask, and exits by the verdict', async () => {
    const place = await aPlace('web');
    const controller = await led(place);
    const asker = await askerOf(place);
    await place.put('chaos/schedule/kill', killOf('web', { suspend: 'true' }));
    const passed = await startCli(place, ['execute', 'kill'], asker).ended;
    expect(passed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^place-\d+_kill_[a-z2-7]{10}: passed, recovered in /),
    });
    expect(signalsOf(await place.allocations('web'))).toBe(1);
    const unknown = await startCli(place, ['execute', 'kil'], asker).ended;
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('SIR-304') });
    const nothing = await startCli(place, ['execute', 'fault=alloc-kill', 'target_job=nothing'], asker).ended;
    expect(nothing).toMatchObject({ code: 3, out: expect.stringContaining('refused (no_target') });
    const blind = await startCli(place, ['execute', 'kill'], await askerOf(place, false)).ended;
    expect(blind).toMatchObject({ code: 8, err: expect.stringContaining('the request was written') });
    await controller.end();
  }, 120_000);

  it('abort ends a run that is in force, and so does Ctrl-C at execute', async () => {
    const [node = ''] = getCluster().nodes;
    const place = await aPlace();
    const controller = await led(place);
    const asker = await askerOf(place);
    await place.put('chaos/schedule/cordon', cordonOf(node));
    const first = startCli(place, ['execute', 'cordon'], asker);
    const run = await openRun(place, 'holding', first);
    expect(await isEligible(node)).toBe(false);
    expect(await startCli(place, ['abort', run, '--reason', 'enough'], asker).ended).toMatchObject({ code: 0 });
    expect(await first.ended).toMatchObject({ code: 4, out: expect.stringContaining('aborted (aborted_by_request') });
    expect(await isEligible(node)).toBe(true);
    const second = startCli(place, ['execute', 'cordon'], asker);
    await openRun(place, 'holding', second);
    second.signal('SIGINT');
    expect(await second.ended).toMatchObject({ code: 4, err: expect.stringContaining('asked for the end of') });
    expect(await isEligible(node)).toBe(true);
    await controller.end();
  }, 120_000);

  it('approve lets a run go on that waits for it, and nothing else does', async () => {
    const place = await aPlace('web');
    const controller = await led(place);
    await place.put('chaos/control/limits', { ...limits, require_approval: 'alloc-*' });
    await controller.line('the limits are read', each => each.msg.startsWith('limits are valid'));
    await place.put('chaos/schedule/kill', killOf('web'));
    const execute = startCli(place, ['execute', 'kill'], await askerOf(place));
    const run = await openRun(place, 'limited', execute);
    await until(
      'the schedule to say so',
      async () => (await place.get('chaos/status/kill'))?.['reason'] === 'waiting_for_approval',
    );
    expect(signalsOf(await place.allocations('web'))).toBe(0);
    const { managementToken } = getCluster();
    const approved = await startCli(place, ['approve', run, '--yes'], managementToken).ended;
    expect(approved).toMatchObject({ code: 0, err: expect.stringContaining('alloc-signal on allocation') });
    expect(await execute.ended).toMatchObject({ code: 0 });
    await controller.end();
  }, 120_000);

  it.each([
    ['answer', 'before'],
    ['request removal', 'before'],
    ['request removal', 'after'],
  ] as const)(
    'a controller killed at the %s, %s it: one run, told to its end',
    async (step, moment) => {
      const place = await aPlace('web');
      await place.put('chaos/schedule/kill', killOf('web', { recover_within: '20s' }));
      const first = await startController(place.options('first', { crash: { step, moment } }), place.nomad);
      await first.leads();
      await place.put('chaos/requests/once', { action: 'run', schedule: 'kill' });
      const at = `/v1/var/chaos/requests/once?namespace=${place.namespace}`;
      const created = await getCluster()
        .call<Variable>(at)
        .catch(() => undefined);
      expect((await first.ended).signal).toBe('SIGKILL');
      await led(place, 'second');
      const answer = await until(
        'the end to be told',
        async () => {
          const items = await place.get('chaos/status/requests/once');
          return items?.['state'] === 'done' ? items : undefined;
        },
        { within: 90_000 },
      );
      const records = [...(await place.records())];
      expect(records.map(([run]) => run)).toEqual([answer['run']]);
      if (created !== undefined)
        expect(answer['run']).toBe(requestRunId(place.namespace, 'kill', 'once', created.CreateIndex));
      expect(await place.get('chaos/requests/once')).toBeUndefined();
      expect(signalsOf(await place.allocations('web'))).toBeLessThanOrEqual(1);
      expect(verdictIn(records[0]?.[1] ?? {})).not.toBe('');
    },
    180_000,
  );

  it('execute does it by itself where no controller acts, and drain undoes what a dead one left', async () => {
    const node = getCluster().nodes[1] ?? '';
    const place = await aPlace('web');
    const { managementToken } = getCluster();
    await place.put('chaos/schedule/kill', killOf('web'));
    const alone = await startCli(place, ['execute', 'kill'], managementToken).ended;
    expect(alone).toMatchObject({ code: 0, err: expect.stringContaining('no controller acts') });
    expect(await place.lockIsFree()).toBe(true);
    const dead = await led(place, 'dead');
    await place.put('chaos/schedule/cordon', { ...cordonOf(node), at: 'now' });
    await openRun(place, 'holding');
    await dead.end();
    const drained = await startCli(place, ['controller', '--drain'], managementToken).ended;
    expect(drained).toMatchObject({ code: 0, out: expect.stringContaining('it is safe to stop') });
    expect(await isEligible(node)).toBe(true);
    expect(await place.lockIsFree()).toBe(true);
  }, 180_000);

  it('execute undoes by itself what a dead controller left, when due, and its own run when its time is over', async () => {
    const node = getCluster().nodes.at(-1) ?? '';
    const place = await aPlace('web');
    const { managementToken } = getCluster();
    const dead = await led(place, 'dead');
    await place.put('chaos/schedule/left', { ...cordonOf(node), duration: '60s', at: 'now' });
    const run = await openRun(place, 'holding');
    await dead.end();
    await until('the lock to lapse', () => place.lockIsFree(), { within: 40_000 });
    expect(await isEligible(node)).toBe(false);
    const shrink = { fault: 'job-scale', target_job: 'web', delta: '-1', duration: '10m', at: never };
    await place.put('chaos/schedule/shrink', shrink);
    const alone = await startCli(place, ['execute', 'shrink', '--timeout', '50s'], managementToken).ended;
    expect(alone).toMatchObject({
      code: 5,
      out: expect.stringContaining('aborted (controller_stopped'),
      err: expect.stringContaining(`${run} is in force too`),
    });
    expect(alone.err).toContain(': undone');
    expect(alone.err).not.toContain('still in force');
    expect(await isEligible(node)).toBe(true);
    const path = `/v1/job/web?namespace=${place.namespace}`;
    expect((await getCluster().call<{ TaskGroups: object[] }>(path)).TaskGroups).toMatchObject([{ Count: 2 }]);
    expect(await place.lockIsFree()).toBe(true);
  }, 180_000);
}
