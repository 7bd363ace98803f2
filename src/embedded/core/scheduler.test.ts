import { describe, expect, it } from 'vitest';
import { loseNode, returnNode } from './nodes.ts';
import { createHand, type Hand, jobBody, seconds } from './testing.ts';

const register = (hand: Hand, shape: Parameters<typeof jobBody>[0] = {}) => hand.ask('PUT', '/v1/jobs', jobBody(shape));
const live = (hand: Hand, job = 'web') =>
  hand.allocs(job).filter(alloc => alloc.DesiredStatus === 'run' && alloc.ClientStatus === 'running');
const names = (hand: Hand) =>
  live(hand)
    .map(alloc => alloc.Name)
    .sort();
const nodeIds = (hand: Hand) => [...hand.cluster.tables.nodes.keys()];
const evals = (hand: Hand) =>
  hand.ask('GET', '/v1/job/web/evaluations').body as {
    Status: string;
    TriggeredBy: string;
    FailedTGAllocs?: Record<string, unknown>;
  }[];
const kill = (hand: Hand, id: string | undefined) =>
  hand.ask('PUT', `/v1/client/allocation/${id}/signal`, { Signal: 'SIGKILL', Task: 't' });

const noRestart = { RestartPolicy: { Attempts: 0, Mode: 'fail', Interval: seconds(60), Delay: seconds(1) } };
const reschedule = (more: object) => ({
  ReschedulePolicy: {
    Delay: seconds(5),
    DelayFunction: 'constant',
    Unlimited: true,
    Attempts: 0,
    Interval: 0,
    ...more,
  },
});

describe('the scheduler', () => {
  it('spreads allocations over the nodes by count, and numbers them', () => {
    const hand = createHand();
    register(hand, { count: 7 });
    hand.run(3000);
    expect(names(hand)).toEqual([0, 1, 2, 3, 4, 5, 6].map(at => `web.g[${at}]`));
    const counts = nodeIds(hand).map(id => live(hand).filter(alloc => alloc.NodeID === id).length);
    expect(counts.sort()).toEqual([2, 2, 3]);
  });

  it('follows a changed count up and down, ending the highest numbers', () => {
    const hand = createHand();
    register(hand, { count: 2 });
    hand.run(10_000);
    const before = live(hand).map(alloc => alloc.ID);
    register(hand, { count: 4 });
    hand.run(10_000);
    expect(names(hand)).toHaveLength(4);
    expect(live(hand).map(alloc => alloc.ID)).toEqual(expect.arrayContaining(before));
    register(hand, { count: 1 });
    hand.run(10_000);
    expect(names(hand)).toEqual(['web.g[0]']);
  });

  it('replaces a stopped allocation by one of the same name', () => {
    const hand = createHand();
    register(hand, { count: 3 });
    hand.run(10_000);
    const [old] = live(hand);
    expect(hand.ask('PUT', `/v1/allocation/${old?.ID}/stop`)).toMatchObject({
      status: 200,
      body: { EvalID: expect.any(String) },
    });
    hand.run(5000);
    const stopped = hand.allocs('web').find(alloc => alloc.ID === old?.ID);
    expect(stopped).toMatchObject({
      DesiredStatus: 'stop',
      DesiredDescription: 'alloc is being migrated',
      ClientStatus: 'complete',
    });
    const next = hand.allocs('web').find(alloc => alloc.ID === stopped?.NextAllocation);
    expect(next).toMatchObject({ Name: old?.Name, PreviousAllocation: old?.ID, ClientStatus: 'running' });
  });

  it('places a failed allocation again after its delay, on another node, with its history', () => {
    const hand = createHand();
    register(hand, { group: { ...noRestart, ...reschedule({}) } });
    hand.run(20_000);
    kill(hand, live(hand)[0]?.ID);
    hand.run(4800);
    expect(hand.allocs('web')).toMatchObject([
      { ClientStatus: 'failed', DesiredStatus: 'run', FollowupEvalID: expect.any(String) },
    ]);
    hand.run(1500);
    const [failed, next] = hand.allocs('web');
    expect(failed).toMatchObject({ DesiredStatus: 'stop', NextAllocation: next?.ID });
    expect(next).toMatchObject({
      ClientStatus: 'running',
      RescheduleTracker: { Events: [{ PrevAllocID: failed?.ID, PrevNodeID: failed?.NodeID }] },
    });
    expect(next?.NodeID).not.toBe(failed?.NodeID);
  });

  it('leaves it alone where the policy allows no attempt, or none is left', () => {
    const never = createHand();
    register(never, { group: { ...noRestart, ...reschedule({ Unlimited: false }) } });
    never.run(20_000);
    kill(never, live(never)[0]?.ID);
    never.run(60_000);
    expect(never.allocs('web')).toMatchObject([{ ClientStatus: 'failed', DesiredStatus: 'run' }]);
    expect(never.ask('GET', '/v1/job/web').body).toMatchObject({ Status: 'dead' });

    const once = createHand();
    register(once, {
      group: { ...noRestart, ...reschedule({ Unlimited: false, Attempts: 1, Interval: seconds(600) }) },
    });
    once.run(20_000);
    for (let round = 0; round < 2; round += 1) {
      kill(once, live(once)[0]?.ID);
      once.run(20_000);
    }
    expect(once.allocs('web').map(alloc => alloc.ClientStatus)).toEqual(['failed', 'failed']);
  });

  it('doubles an exponential delay up to its maximum', () => {
    const hand = createHand();
    register(hand, {
      group: {
        ...noRestart,
        ...reschedule({ DelayFunction: 'exponential', Delay: seconds(5), MaxDelay: seconds(15) }),
      },
    });
    hand.run(20_000);
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { length } = hand.allocs('web');
      kill(hand, live(hand)[0]?.ID);
      let waited = 0;
      while (hand.allocs('web').length === length) {
        hand.run(100);
        waited += 100;
      }
      waits.push(Math.round(waited / 1000));
      hand.run(2000);
    }
    expect(waits).toEqual([5, 10, 15, 15]);
  });

  it('runs a batch allocation once, and not again when it did its work', () => {
    const hand = createHand();
    register(hand, { type: 'batch', count: 2, runFor: '1s', group: { Update: null } });
    hand.run(60_000);
    expect(hand.allocs('web').map(alloc => alloc.ClientStatus)).toEqual(['complete', 'complete']);
    expect(hand.ask('GET', '/v1/job/web').body).toMatchObject({ Status: 'dead', Stop: false });
  });

  it('runs a system job on each node, also on one that comes later or becomes eligible again', () => {
    const hand = createHand();
    const [first = ''] = nodeIds(hand);
    hand.ask('PUT', `/v1/node/${first}/eligibility`, { Eligibility: 'ineligible' });
    register(hand, { type: 'system' });
    hand.run(5000);
    expect(live(hand)).toHaveLength(2);
    hand.ask('PUT', `/v1/node/${first}/eligibility`, { Eligibility: 'eligible' });
    hand.run(5000);
    expect(new Set(live(hand).map(alloc => alloc.NodeID)).size).toBe(3);
    hand.ask('DELETE', '/v1/job/web');
    hand.run(5000);
    expect(live(hand)).toEqual([]);
  });

  it.each([
    [
      'no node is big enough',
      {
        Tasks: [
          { Name: 't', Driver: 'mock_driver', Config: { run_for: '1h' }, Resources: { CPU: 90_000, MemoryMB: 16 } },
        ],
      },
      { DimensionExhausted: { cpu: 3 }, NodesExhausted: 3 },
    ],
    [
      'no node fulfils the constraint',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Nomad's own way to name an attribute.
      { Constraints: [{ LTarget: '${node.unique.name}', RTarget: 'zz', Operand: '=' }] },
      { ConstraintFiltered: { '${node.unique.name} = zz': 3 } },
    ],
  ])('blocks an evaluation when %s, and says why', (_, group, why) => {
    const hand = createHand();
    register(hand, { group });
    hand.run(3000);
    expect(hand.allocs('web')).toEqual([]);
    expect(evals(hand).find(each => each.Status === 'blocked')).toMatchObject({
      TriggeredBy: 'queued-allocs',
      FailedTGAllocs: { g: why },
    });
    expect(hand.ask('GET', '/v1/job/web/summary').body).toMatchObject({ Summary: { g: { Queued: 1 } } });
  });

  it('places what was blocked once there is room', () => {
    const hand = createHand({ nodes: [{ name: 'one', cpu: 100 }] });
    register(hand, { id: 'first', count: 2 });
    register(hand, { count: 1 });
    hand.run(3000);
    expect(live(hand)).toEqual([]);
    hand.ask('DELETE', '/v1/job/first');
    hand.run(3000);
    expect(live(hand)).toHaveLength(1);
  });

  it('gives ports: those asked for once a node, and dynamic ones that nobody has', () => {
    const hand = createHand();
    register(hand, {
      count: 4,
      group: { Networks: [{ ReservedPorts: [{ Label: 'admin', Value: 8080 }], DynamicPorts: [{ Label: 'http' }] }] },
    });
    hand.run(3000);
    expect(live(hand)).toHaveLength(3);
    const ports = live(hand).map(alloc => alloc.AllocatedResources.Shared.Ports ?? []);
    expect(ports.map(of => of[0]?.Value)).toEqual([8080, 8080, 8080]);
    expect(ports.every(of => (of[1]?.Value ?? 0) >= 20_000 && (of[1]?.Value ?? 0) < 32_000)).toBe(true);
  });

  it('replaces what was lost with its node, and the node stops it when it returns', () => {
    const hand = createHand();
    register(hand, { count: 3 });
    hand.run(10_000);
    const [node = ''] = nodeIds(hand);
    const lost = live(hand).filter(alloc => alloc.NodeID === node);
    loseNode(hand.cluster, node, 15_000);
    hand.run(14_000);
    expect(live(hand)).toHaveLength(3);
    expect(kill(hand, lost[0]?.ID)).toMatchObject({ status: 404, body: 'No path to node' });
    hand.run(5000);
    expect(hand.ask('GET', `/v1/node/${node}`).body).toMatchObject({ Status: 'down' });
    const gone = () => hand.allocs('web').filter(alloc => alloc.NodeID === node);
    expect(gone()).toMatchObject([
      { ClientStatus: 'lost', DesiredStatus: 'stop', DesiredDescription: 'alloc is lost since its node is down' },
    ]);
    expect(live(hand)).toHaveLength(3);
    returnNode(hand.cluster, node);
    hand.run(5000);
    expect(hand.ask('GET', `/v1/node/${node}`).body).toMatchObject({ Status: 'ready' });
    expect(gone()[0]?.TaskStates?.['t']?.State).toBe('dead');
    expect(gone()[0]?.ClientStatus).toBe('lost');
  });
});
