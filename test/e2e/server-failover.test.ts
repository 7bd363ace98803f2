import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentProcess } from '../support/agent-process.ts';
import { describeWithNomad } from '../support/named-skip.ts';
import { until } from '../support/until.ts';
import { type ControllerHandle, endControllers, startController } from './controller-handle.ts';
import { writeEvidence } from './evidence.ts';
import { isLong } from './long.ts';
import { nodeNamed } from './nodes.ts';
import { cordon, kill, verdictIn } from './pair.ts';
import { finishedRun, makePlace, signalsOf } from './place.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

const title = 'the loss of the leader of three servers of a real Nomad';

if (isLong) describeWithNomad(title, failovers);
else it.skip(`${title} (skipped: it takes minutes without SIROCCO_LONG=1)`, () => undefined);

interface Loss {
  readonly name: string;
  readonly lose: (leader: AgentProcess) => Promise<void> | void;
  readonly back: (leader: AgentProcess) => void;
}

const losses: readonly Loss[] = [
  { name: 'killed', lose: leader => leader.kill(), back: leader => leader.start() },
  { name: 'frozen', lose: leader => leader.stop(), back: leader => leader.cont() },
];

function failovers(): void {
  let cluster: E2eCluster;
  const seen: (readonly string[])[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ servers: 3, clients: 4 });
  }, 120_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
    writeEvidence('server-failover', {
      title: "The loss of Nomad's own leader in the middle of a run",
      columns: ['leader', 'fault', 'moment', 'verdict', 'harm', 'over after'],
      rows: seen,
    });
  }, 60_000);

  const leaderOf = () =>
    until('a leader', async () => {
      const address = await cluster.call<string>('/v1/status/leader');
      return cluster.real.servers.find(each => each.pid !== undefined && each.rpcAddress === address);
    });

  const health = () => cluster.call<{ FailureTolerance: number }>('/v1/operator/autopilot/health');

  /** Moments of a run at which the leader is lost, by what the controller says just before. */
  const moments: readonly (readonly [string, (controller: ControllerHandle) => Promise<unknown>])[] = [
    ['as its intent is written', each => each.line('its intent', line => line['step'] === 'record injecting')],
    [
      'as its effect is in force',
      each => each.line('its call answered', line => line['step'] === 'inject' && line['moment'] === 'after'),
    ],
  ];

  describe.each(losses)('$name', ({ name, lose, back }) => {
    it.each(moments)('%s: no second kill, one verdict, nothing left', { timeout: 400_000 }, async (when, moment) => {
      const node = cluster.nodes[0] ?? '';
      const onNode = await makePlace(cluster);
      const onJob = await makePlace(cluster);
      await onJob.run({ id: 'web', count: 2 });
      // One of them at a time meets the loss at its moment; the other is wherever it is.
      const controllers = await Promise.all(
        [onJob, onNode].map(async place => startController(place.options('one'), place.nomad)),
      );
      await Promise.all(controllers.map(each => each.leads()));
      await onNode.put('chaos/schedule/it', cordon(node, '10s'));
      await onJob.put('chaos/schedule/it', { ...kill, recover_within: '60s' });
      await Promise.all(controllers.map(moment));
      const leader = await leaderOf();
      await lose(leader);
      const lost = performance.now();
      const results = await Promise.all([onJob, onNode].map(place => finishedRun(place, 250_000))).catch(error => {
        throw new Error(`${String(error)}\n${controllers.map(each => each.story()).join('\n---\n')}`);
      });
      const over = `${((performance.now() - lost) / 1000).toFixed(1)} s`;
      back(leader);
      await cluster.real.ready();
      // One that came back is no voter for a while: a leader lost then would cost the quorum.
      await until('three voters', async () => (await health()).FailureTolerance === 1, { within: 60_000, every: 500 });
      const verdicts = results.map(({ items }) => verdictIn(items));
      const signals = signalsOf(await onJob.allocations('web'));
      seen.push([name, 'alloc-kill', when, verdicts[0] ?? '', String(signals), over]);
      seen.push([name, 'node-ineligible', when, verdicts[1] ?? '', '', over]);
      for (const verdict of verdicts)
        expect(['passed', 'failed/unknown_effect', 'refused/withheld', 'deviated/not_recovered']).toContain(verdict);
      expect(signals).toBeLessThanOrEqual(1);
      if (verdicts[0] === 'passed') expect(signals).toBe(1);
      // A write that hung in the frozen server comes when it thaws: what is left is looked at after that.
      await until(
        'the node to be eligible',
        async () => (await nodeNamed(cluster, node)).SchedulingEligibility === 'eligible',
      );
      expect((await onNode.records()).size + (await onJob.records()).size).toBe(2);
      for (const each of controllers) each.signal('SIGTERM');
      expect(await Promise.all(controllers.map(each => each.ended))).toEqual([inOrder, inOrder]);
      await onJob.endJobs();
    });
  });
}

const inOrder = { code: 0, signal: null };
