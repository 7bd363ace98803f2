/** What Nomad does starts runs: a deployment, an allocation, a node; the same on a Nomad of either kind. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobSpec } from '../support/jobs.ts';
import { until } from '../support/until.ts';
import { type ControllerHandle, startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, type Items, makePlace, type Place } from './place.ts';

export interface EventCluster extends Cluster {
  /** A node joins; its name. */
  join(): Promise<string>;
  stop(): Promise<void>;
}

interface Deployment {
  readonly ID: string;
  readonly CreateTime: number;
}

interface Body {
  readonly tick: number;
  readonly message?: string;
  readonly intents: readonly { readonly undoState?: string; readonly target: { readonly node?: string } }[];
}

const withinMs = 120_000;
const bodyOf = (items: Items | undefined) => JSON.parse(items?.['body'] ?? '{"tick": 0, "intents": []}') as Body;

/** Cases of one place and one controller, each with a schedule and a job of its own. */
export function describeEvents(start: () => Promise<EventCluster>): void {
  let cluster: EventCluster;
  let place: Place;
  let controller: ControllerHandle;

  beforeAll(async () => {
    cluster = await start();
    place = await makePlace(cluster, everyRight);
    await place.put('chaos/control/limits', {
      max_group_percent: '100',
      max_namespace_percent: '100',
      max_nodes_percent: '100',
    });
    controller = await startController(place.options('one'), place.nomad);
    await controller.leads();
  }, 120_000);

  afterAll(async () => {
    await controller?.end();
    await cluster?.stop();
  }, 60_000);

  const accepted = (name: string) =>
    until(`${name} to be accepted`, async () => (await place.get(`chaos/status/${name}`))?.['state'] === 'accepted');

  /** The only run of a schedule, once it is done. */
  async function onlyRun(name: string): Promise<{ readonly verdict: string; readonly body: Body }> {
    const items = await until(
      `the run of ${name}`,
      async () => {
        const runs = [...(await place.records())].filter(([id]) => id.startsWith(`${place.namespace}_${name}_`));
        expect(runs.length).toBeLessThanOrEqual(1);
        return runs.find(([, each]) => each['state'] === 'done')?.[1];
      },
      { within: withinMs - 30_000 },
    );
    return { verdict: verdictIn(items), body: bodyOf(items) };
  }

  const register = (id: string, count: number, minHealthyTime = 0) => {
    const Job = jobSpec({ id, count, minHealthyTime, namespace: place.namespace, meta: { count: String(count) } });
    return cluster.call(`/v1/jobs?namespace=${place.namespace}`, { method: 'PUT', body: { Job } });
  };

  it('a deployment that starts is paused, once', { timeout: withinMs }, async () => {
    await place.run({ id: 'deployed', count: 2 });
    await place.put('chaos/schedule/deployed', {
      fault: 'deployment-pause',
      target_job: 'deployed',
      duration: '1s',
      on: 'deployment-started',
    });
    await accepted('deployed');
    await register('deployed', 3, 8_000);
    const { verdict, body } = await onlyRun('deployed');
    expect(verdict, `${body.message}\n${controller.story()}`).toBe('passed');
    const path = `/v1/job/deployed/deployments?namespace=${place.namespace}`;
    const [newest] = (await cluster.call<Deployment[]>(path)).toSorted((a, b) => b.CreateTime - a.CreateTime);
    // Nanoseconds since the epoch are more than a number holds exactly.
    expect(Math.abs(body.tick - (newest?.CreateTime ?? 0) / 1e6)).toBeLessThanOrEqual(1);
  });

  it('an allocation that starts is followed by a kill, once, so long after it as was asked', {
    timeout: withinMs,
  }, async () => {
    const before = await place.run({ id: 'grown', count: 2 });
    await place.put('chaos/schedule/grown', {
      fault: 'alloc-kill',
      target_job: 'grown',
      target_mode: 'newest',
      on: 'allocation-started',
      on_delay: '5s',
    });
    await accepted('grown');
    const body = { Count: 3, Target: { Group: 'web' } };
    await cluster.call(`/v1/job/grown/scale?namespace=${place.namespace}`, { method: 'PUT', body });
    const run = await onlyRun('grown');
    expect(run.verdict, `${run.body.message}\n${controller.story()}`).toBe('passed');
    const added = (await place.allocations('grown')).filter(({ ID }) => before.every(each => each.ID !== ID));
    expect(added).toHaveLength(1);
    const created = Math.floor((added[0]?.CreateTime ?? 0) / 1e6);
    expect(run.body.tick).toBeGreaterThanOrEqual(created + 5_000);
    expect(run.body.tick).toBeLessThan(created + 20_000);
  });

  it('a node that joins is made ineligible, and eligible again', { timeout: withinMs }, async () => {
    await place.put('chaos/schedule/joined', {
      fault: 'node-ineligible',
      target_node: '*',
      target_mode: 'newest',
      duration: '2s',
      on: 'node-joined',
    });
    await accepted('joined');
    const name = await cluster.join();
    const { verdict, body } = await onlyRun('joined');
    expect(verdict, `${body.message}\n${controller.story()}`).toBe('passed');
    expect(body.intents.map(({ undoState }) => undoState)).toEqual(['undone']);
    const nodes = await cluster.call<{ ID: string; Name: string; SchedulingEligibility: string }[]>('/v1/nodes');
    const joined = nodes.find(each => each.Name === name);
    expect(joined?.SchedulingEligibility).toBe('eligible');
    expect(body.intents[0]?.target.node).toBe(joined?.ID);
  });
}
