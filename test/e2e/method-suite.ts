/** Methods of several steps, written as documents: in their order, and no further than they may go, on either Nomad. */

import { expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, finishedRun, type Items, makePlace, type Place } from './place.ts';

interface Intent {
  readonly step?: number;
  readonly stage?: number;
  readonly state: string;
  readonly sentAt?: number;
  readonly undoState?: string;
  readonly undoneAt?: number;
  readonly effect?: { readonly evidence: string };
}

interface Body {
  readonly message?: string;
  readonly recoveryMs?: number;
  readonly intents: readonly Intent[];
}

const bodyOf = (items: Items | undefined) => JSON.parse(items?.['body'] ?? '{"intents": []}') as Body;
const withinMs = 120_000;

const method = (scaled: string) => `title: Fewer instances, and then trouble with one
target: {job: web}
schedule: {at: now}
method:
  - fault: job-scale
    with: {count: 3}
    duration: ${scaled}
  - pause: 1s
  - parallel: [{fault: alloc-kill}, {fault: job-scale, with: {count: 5}, duration: 2s}]
recovery: {within: 60s}
`;

/** Registers the cases; each has a place of its own. */
export function methodSuite(getCluster: () => Cluster): void {
  async function begun(scaled: string) {
    const place = await makePlace(getCluster(), everyRight);
    await place.run({ id: 'web', count: 4 });
    await place.put('chaos/control/limits', { max_group_percent: '100', max_namespace_percent: '100' });
    const controller = await startController(place.options('one'), place.nomad);
    await place.put('chaos/schedule/it', { spec: method(scaled) });
    return { place, controller };
  }

  const countOf = async (place: Place) => {
    const job = await getCluster().call<{ TaskGroups: { Count: number }[] }>(
      `/v1/job/web?namespace=${place.namespace}`,
    );
    return job.TaskGroups[0]?.Count;
  };

  it('goes through them in order, puts back what lasts before the next, and waits between', {
    timeout: withinMs,
  }, async () => {
    const { place, controller } = await begun('2s');
    const { items } = await finishedRun(place, withinMs - 20_000);
    const body = bodyOf(items);
    expect(verdictIn(items), `${body.message}\n${controller.story()}`).toBe('passed');
    expect(body.intents.map(({ step = 0, state, undoState }) => [step, state, undoState])).toEqual([
      [0, 'done', 'undone'],
      [1, 'done', undefined],
      [2, 'done', 'undone'],
    ]);
    for (const each of body.intents) expect(each.effect?.evidence).toMatch(/\S/);
    const [scaled, killed, grown] = body.intents;
    const [first = 0, undone = 0] = [scaled?.sentAt, scaled?.undoneAt];
    const later = [killed?.sentAt ?? 0, grown?.sentAt ?? 0];
    expect(undone).toBeGreaterThanOrEqual(first + 2_000);
    // The pause begins when the undo is seen, which is not before it took effect.
    expect(Math.min(...later)).toBeGreaterThanOrEqual(undone + 1_000);
    expect(Math.max(...later) - Math.min(...later)).toBeLessThan(1_000);
    expect(await countOf(place)).toBe(4);
    await until('the schedule to be told as done', async () => {
      const status = await place.get('chaos/status/it');
      return status?.['state'] === 'done' && status['last_verdict'] === 'passed';
    });
    await controller.end();
  });

  it('goes into no later step once it is halted', { timeout: withinMs }, async () => {
    const { place, controller } = await begun('30s');
    await until('the first step to be in force', async () => {
      const [record] = [...(await place.records()).values()];
      return record?.['state'] === 'holding' && (await countOf(place)) === 3;
    });
    await place.put('chaos/control/halt', { reason: 'enough' });
    const { items } = await finishedRun(place, withinMs - 20_000);
    const body = bodyOf(items);
    expect(verdictIn(items), `${body.message}\n${controller.story()}`).toBe('aborted/halted');
    expect(body.intents.map(({ sentAt, undoState }) => [sentAt !== undefined, undoState])).toEqual([
      [true, 'undone'],
      [false, undefined],
      // It would have something to undo, had it been sent.
      [false, 'pending'],
    ]);
    expect(await countOf(place)).toBe(4);
    const allocations = await place.allocations('web');
    const events = allocations.flatMap(each => Object.values(each.TaskStates ?? {}).flatMap(task => task.Events ?? []));
    expect(events.filter(({ Type }) => Type === 'Signaling' || Type === 'Restart Signaled')).toEqual([]);
    await controller.end();
  });
}
