import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { until } from '../support/until.ts';
import { type ControllerHandle, endControllers, startController } from './controller-handle.ts';
import { writeEvidence } from './evidence.ts';
import { createGateway, crowd } from './gateway.ts';
import { cordon, kill, verdictIn } from './pair.ts';
import { finishedRun, makePlace, type Place, signalsOf } from './place.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

describeWithNomad('troubles with a real Nomad', () => {
  let cluster: E2eCluster;
  const seen: (readonly string[])[] = [];
  const note = (what: string, came: string) => seen.push([what, came]);
  beforeAll(async () => {
    cluster = await startCluster({ clients: 5 });
  }, 120_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
    writeEvidence('troubles', { title: 'Troubles with Nomad', columns: ['what', 'what came of it'], rows: seen });
  }, 60_000);

  const aPlace = async () => {
    const place = await makePlace(cluster);
    await place.run({ id: 'web', count: 2 });
    return place;
  };

  describe.concurrent('of the way there', { timeout: 90_000 }, () => {
    it('says that there is no Nomad, and begins when there is one', async () => {
      const place = await aPlace();
      await place.put('chaos/schedule/kill', kill);
      const gateway = await createGateway(place.nomad.address);
      const controller = await startController(place.options('one'), { ...place.nomad, address: gateway.address });
      const { msg } = await controller.line('its trouble', each => /^lock: .*ECONNREFUSED/.test(each.msg));
      note('no Nomad at the start', msg);
      expect(await controller.metrics()).toMatch(
        /^sirocco_nomad_requests_total\{kind="lock_acquire",code="[^2]\w*"\} [1-9]/m,
      );
      await gateway.open();
      expect(await verdictOf(place)).toBe('passed');
      await gateway.shut();
    });

    it('says that a token is not known, and does nothing', async () => {
      const place = await aPlace();
      await place.put('chaos/schedule/kill', kill);
      const controller = await startController(place.options('one'), { ...place.nomad, token: randomUUID() });
      const { msg } = await controller.line('its denial', each => /^Nomad denied lock: .*403/.test(each.msg));
      note('a token that is not known', msg);
      expect(await controller.metrics()).toMatch(
        /^sirocco_nomad_requests_total\{kind="lock_acquire",code="403"\} [1-9]/m,
      );
      expect([(await place.records()).size, signalsOf(await place.allocations('web'))]).toEqual([0, 0]);
    });

    it('says that an agent takes no more connections, and goes on when it does', async () => {
      const place = await aPlace();
      await place.put('chaos/schedule/kill', kill);
      const address = cluster.real.clientAddresses[4] ?? '';
      const letGo = await crowd(address, 100);
      const controller = await startController(place.options('one'), { ...place.nomad, address });
      const { msg } = await controller.line('its trouble', each => /\b429\b/.test(each.msg));
      note('more connections than an agent takes', msg);
      expect(await controller.metrics()).toMatch(/^sirocco_nomad_requests_total\{kind="\w+",code="429"\} [1-9]/m);
      letGo();
      expect(await verdictOf(place)).toBe('passed');
    });
  });

  it('says that the only server is gone, and goes on when it is back: a fault in force is undone', {
    timeout: 180_000,
  }, async () => {
    const place = await aPlace();
    const controller = await startController(place.options('one'), place.nomad);
    await controller.leads();
    const node = cluster.nodes[2] ?? '';
    await place.put('chaos/schedule/cordon', cordon(node, '8s'));
    await controller.line('the fault in force', each => each['to'] === 'holding');
    const server = cluster.real.servers[0];
    if (server === undefined) throw new Error('no server');
    await server.kill();
    const gone = performance.now();
    const { msg } = await controller.line('its trouble', each => each.level === 'warn' && /^lock: /.test(each.msg));
    note('the only server killed, a fault in force', msg);
    // The fault's time is over and the lease too: nothing is done without it.
    await until('the lease to be over', () => performance.now() - gone > 11_000);
    expect(acts(controller)).toEqual(['inject']);
    server.start();
    await cluster.real.ready();
    const back = performance.now();
    expect(await verdictOf(place)).toBe('passed');
    note(
      'the server is back',
      `the fault was undone and its run over ${((performance.now() - back) / 1000).toFixed(1)} s later`,
    );
    expect(acts(controller)).toEqual(['inject', 'undo']);
  });

  it('waits for a frozen server, and goes on when it thaws', { timeout: 180_000 }, async () => {
    const place = await aPlace();
    const controller = await startController(place.options('one'), place.nomad);
    await controller.leads();
    const server = cluster.real.servers[0];
    server?.stop();
    const { msg } = await controller.line('its trouble', each => each.level === 'warn' && /^lock: /.test(each.msg));
    note('the only server frozen', msg);
    server?.cont();
    await place.put('chaos/schedule/kill', kill);
    expect(await verdictOf(place)).toBe('passed');
    expect(signalsOf(await place.allocations('web'))).toBe(1);
  });
});

async function verdictOf(place: Place): Promise<string> {
  return verdictIn((await finishedRun(place, 90_000)).items);
}

function acts(controller: ControllerHandle): readonly string[] {
  const words = controller.steps().filter(each => each.moment === 'before' && /^(?:inject|undo)$/.test(each.step));
  return words.map(each => each.step);
}
