import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Allocation } from '../../src/nomad/types.ts';
import { describeWithNomad } from '../support/named-skip.ts';
import { until } from '../support/until.ts';
import { endControllers, startController } from './controller-handle.ts';
import { writeEvidence } from './evidence.ts';
import { cordon, kill, type Pair, startPair } from './pair.ts';
import { makePlace, type Place } from './place.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

/** TTL 10 s: Nomad lets a lock go after twice that and its delay of 1 s, and the other asks every 3 s. */
const takeoverMs = 30_000;
const passedAll = { kill: 'passed', cordon: 'passed' };

describeWithNomad('two controllers on a real Nomad', () => {
  let cluster: E2eCluster;
  const seen: (readonly string[])[] = [];
  const note = (what: string, ms: number) => {
    seen.push([what, `${(ms / 1000).toFixed(1)} s`]);
    console.log(`${what}: ${(ms / 1000).toFixed(1)} s`);
  };
  let node = 0;
  const ownNode = () => {
    const name = cluster.nodes[node];
    node += 1;
    if (name === undefined) throw new Error('too few nodes');
    return name;
  };
  const pair = (more: Partial<Parameters<typeof startPair>[0]> = {}) =>
    startPair({ cluster, node: ownNode(), ...more });

  beforeAll(async () => {
    cluster = await startCluster({ clients: 8 });
  }, 120_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
    const text = ['A job of two, and a node of its own for each case; lock TTL 10 s, delay 1 s.'];
    writeEvidence('two-controllers', { title: 'Two controllers', text, columns: ['what', 'time'], rows: seen });
  }, 60_000);

  describe.concurrent('one of them ends', { timeout: 180_000 }, () => {
    it('takes over from a leader that was killed while a fault is in force, and undoes it', async () => {
      const { first, second, begin, verdicts, signals, isEligible } = await pair();
      await begin('40s');
      expect(await second.metrics()).not.toMatch(/^sirocco_(?:runs_active|schedules|injections_active)\b/m);
      expect(await second.metrics()).toMatch(/^sirocco_leader 0$/m);
      const killed = performance.now();
      first.signal('SIGKILL');
      await second.leads(takeoverMs);
      note('a killed leader was replaced after', performance.now() - killed);
      expect(await isEligible()).toBe(false);
      expect(await verdicts(120_000)).toEqual(passedAll);
      note('its fault, in force for 40 s, was undone and over after', performance.now() - killed);
      expect(await isEligible()).toBe(true);
      expect(await signals()).toBe(1);
      expect(injections(second)).toBe(0);
    });

    it('does nothing when it wakes from a freeze in which it was replaced', async () => {
      const { first, second, place, begin, verdicts, signals, isEligible } = await pair();
      await begin('25s');
      const frozen = performance.now();
      first.signal('SIGSTOP');
      await second.leads(takeoverMs);
      note('a frozen leader was replaced after', performance.now() - frozen);
      expect(await verdicts(120_000)).toEqual(passedAll);
      const before = first.steps().length;
      first.signal('SIGCONT');
      await first.line('it stands by', each => each['type'] === 'leader' && each['leading'] === false);
      await until('it to ask for the lock again', () => first.steps().slice(before).some(isAcquire), {
        within: 10_000,
      });
      const after = first.steps().slice(before);
      expect(after.filter(each => !each.step.startsWith('lock-')).map(each => each.step)).toEqual([]);
      expect([await signals(), await isEligible(), (await place.records()).size]).toEqual([1, true, 2]);
    });

    it('lets a kill that was frozen in the tick of its send happen once at most, and never pass', async () => {
      const { first, second, place, verdicts, signals } = await pair({
        first: { crash: { step: 'inject', moment: 'before', signal: 'SIGSTOP' } },
      });
      await place.put('chaos/schedule/kill', kill);
      await first.line('it is at its point', each => each['step'] === 'inject');
      await second.leads(takeoverMs);
      expect(await verdicts(60_000)).toEqual({ kill: 'failed/unknown_effect' });
      expect(await signals()).toBe(0);
      first.signal('SIGCONT');
      await first.line('its call to be answered', each => each['step'] === 'inject' && each['moment'] === 'after');
      // Nothing can call it back: what the record says must still be true of it.
      expect(await verdicts(10_000)).toEqual({ kill: 'failed/unknown_effect' });
      expect(await signals()).toBeLessThanOrEqual(1);
      expect(injections(second)).toBe(0);
    });

    it('undoes what a predecessor did that woke within the takeover window', async () => {
      const {
        first,
        second,
        place,
        node: on,
        isEligible,
      } = await pair({
        first: { crash: { step: 'inject', moment: 'before', signal: 'SIGSTOP' } },
      });
      await place.put('chaos/schedule/cordon', cordon(on, '2s'));
      await first.line('it is at its point', each => each['step'] === 'inject');
      await second.leads(takeoverMs);
      await second.line('its first look', each => each['type'] === 'undo' || each['to'] === 'reverting');
      first.signal('SIGCONT');
      await first.line('its call to be answered', each => each['step'] === 'inject' && each['moment'] === 'after');
      const late = performance.now();
      await until('the node to be eligible again', isEligible, { within: 30_000 });
      note('a call that left late was undone after', performance.now() - late);
      // A frozen server may bring it even later: the run stays open, and looks out for that.
      expect([...(await place.records()).values()].map(each => each['state'])).toEqual(['reverting']);
    });

    it('hands over at once at SIGTERM while its job still runs, with the fault left in force', async () => {
      const { first, second, begin, verdicts, signals, isEligible } = await pair({ self: ownJob });
      await begin('15s');
      const told = performance.now();
      first.signal('SIGTERM');
      await second.leads(10_000);
      note('a stopped leader handed over in', performance.now() - told);
      expect(performance.now() - told).toBeLessThan(8_000);
      expect(await isEligible()).toBe(false);
      expect(await first.ended).toEqual({ code: 0, signal: null });
      expect(await verdicts(120_000)).toEqual(passedAll);
      expect([await isEligible(), await signals(), injections(second)]).toEqual([true, 1, 0]);
    });

    it('undoes first at SIGTERM when its job was stopped', async () => {
      const { first, second, place, begin, verdicts, signals, isEligible } = await pair({ self: ownJob });
      await begin('10m');
      second.signal('SIGTERM');
      await second.ended;
      await cluster.call(`/v1/job/controller?namespace=${place.namespace}`, { method: 'DELETE' });
      const told = performance.now();
      first.signal('SIGTERM');
      expect(await first.ended).toEqual({ code: 0, signal: null });
      note('a leader whose job was stopped undid everything and ended in', performance.now() - told);
      expect(performance.now() - told).toBeLessThan(30_000);
      expect([await isEligible(), await signals(), await place.lockIsFree()]).toEqual([true, 1, true]);
      expect(await verdicts(1_000)).toEqual({ kill: 'passed', cordon: 'aborted/controller_stopped' });
    });
  });

  /** A job that stands for the controllers' own: what matters is whether it runs. */
  async function ownJob(
    place: Place,
  ): Promise<{ self: { namespace: string; job: string; alloc: string; node: string } }> {
    const [alloc] = await place.run({ id: 'controller', count: 1, onlyNode: 'client-0' });
    const { ID, NodeID } = alloc as Allocation;
    return { self: { namespace: place.namespace, job: 'controller', alloc: ID, node: NodeID } };
  }

  it('starts nothing while it stands by', async () => {
    const place = await makePlace(cluster);
    const first = await startController(place.options('first'), place.nomad);
    await first.leads();
    const second = await startController(place.options('second'), place.nomad);
    await second.line('it saw the lock held', each => each['step'] === 'lock-acquire' && each['moment'] === 'after');
    await place.put('chaos/schedule/none', { ...kill, target_job: 'nothing' });
    await until('an answer', async () => (await place.get('chaos/status/none'))?.['last_verdict'] === 'refused');
    expect(second.steps().filter(each => !each.step.startsWith('lock-'))).toEqual([]);
  });
});

const isAcquire = ({ step }: { readonly step: string }) => step === 'lock-acquire';

function injections(controller: Pair['first']): number {
  return controller.steps().filter(each => each.step === 'inject').length;
}
