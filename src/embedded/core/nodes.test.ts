import { describe, expect, it } from 'vitest';
import { createHand, type Hand, jobBody } from './testing.ts';

const nodesOf = (hand: Hand) => hand.ask('GET', '/v1/nodes').body as { ID: string; Name: string }[];
const byName = (hand: Hand, name: string) => nodesOf(hand).find(node => node.Name === name)?.ID ?? '';
const read = (hand: Hand, id: string) =>
  hand.ask('GET', `/v1/node/${id}`).body as {
    Events: { Message: string }[];
    SchedulingEligibility: string;
    Drain: boolean;
    LastDrain: object | null;
    DrainStrategy: object | null;
  };
const eligibility = (hand: Hand, id: string, Eligibility: string) =>
  hand.ask('PUT', `/v1/node/${id}/eligibility`, { Eligibility });
const drain = (hand: Hand, id: string, body: object) => hand.ask('PUT', `/v1/node/${id}/drain`, body);
const spec = { DrainSpec: { Deadline: 600e9, IgnoreSystemJobs: false } };
const on = (hand: Hand, id: string) =>
  hand.allocs('web').filter(alloc => alloc.NodeID === id && alloc.ClientStatus === 'running');

describe('a node', () => {
  it('is listed by prefix of its id, and read whole', () => {
    const hand = createHand();
    const id = byName(hand, 'node-2');
    expect(hand.ask('GET', '/v1/nodes', undefined, { query: { prefix: id.slice(0, 8) } }).body).toMatchObject([
      { ID: id, Status: 'ready' },
    ]);
    expect(read(hand, id)).toMatchObject({
      Attributes: { 'os.signals': expect.stringContaining('SIGSTOP') },
      Events: [{ Message: 'Node registered' }],
    });
  });

  it('changes its eligibility with an event; the value that it has changes nothing and answers index 0', () => {
    const hand = createHand();
    const id = byName(hand, 'node-1');
    expect(eligibility(hand, id, 'eligible')).toMatchObject({ status: 200, index: 0 });
    expect(eligibility(hand, id, 'ineligible').index).toBeGreaterThan(0);
    expect(read(hand, id).Events.at(-1)?.Message).toBe('Node marked as ineligible for scheduling');
    expect(eligibility(hand, id, 'bad')).toMatchObject({ status: 500, body: 'invalid scheduling eligibility "bad"' });
    expect(eligibility(hand, '00000000-0000-0000-0000-000000000000', 'eligible')).toMatchObject({
      status: 500,
      body: 'node not found',
    });
  });

  it('takes no new allocation while ineligible, and keeps what it has', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', jobBody({ count: 3 }));
    hand.run(10_000);
    const id = byName(hand, 'node-1');
    eligibility(hand, id, 'ineligible');
    hand.ask('PUT', '/v1/jobs', jobBody({ count: 6 }));
    hand.run(10_000);
    expect(on(hand, id)).toHaveLength(1);
    expect(hand.allocs('web').filter(alloc => alloc.ClientStatus === 'running')).toHaveLength(6);
  });

  it('that is drained moves its allocations one after another, and ends empty and ineligible', () => {
    const hand = createHand();
    hand.ask(
      'PUT',
      '/v1/jobs',
      jobBody({ count: 6, group: { Update: null, Migrate: { MaxParallel: 1, MinHealthyTime: 1e9 } } }),
    );
    hand.run(10_000);
    const id = byName(hand, 'node-1');
    expect(drain(hand, id, { ...spec, Meta: { run: 'r' } }).status).toBe(200);
    expect(read(hand, id)).toMatchObject({
      Drain: true,
      SchedulingEligibility: 'ineligible',
      LastDrain: { Status: 'draining', Meta: { run: 'r' } },
    });
    expect(eligibility(hand, id, 'eligible')).toMatchObject({
      status: 500,
      body: "can not set node's scheduling eligibility to eligible while it is draining",
    });
    let least = 6;
    for (let waited = 0; waited < 15_000; waited += 50) {
      hand.run(50);
      least = Math.min(least, hand.allocs('web').filter(alloc => alloc.DesiredStatus === 'run').length);
    }
    expect(least).toBe(6);
    expect(on(hand, id)).toEqual([]);
    expect(read(hand, id)).toMatchObject({
      Drain: false,
      SchedulingEligibility: 'ineligible',
      DrainStrategy: null,
      LastDrain: { Status: 'complete', Meta: { run: 'r' } },
    });
    expect(
      read(hand, id)
        .Events.slice(-2)
        .map(event => event.Message),
    ).toEqual(['Node drain strategy set', 'Node drain complete']);
    const last = read(hand, id).LastDrain;
    drain(hand, id, { DrainSpec: null, MarkEligible: true });
    expect(read(hand, id)).toMatchObject({ SchedulingEligibility: 'eligible', LastDrain: last });
    expect(read(hand, id).Events.at(-1)?.Message).toBe('Node drain complete');
  });

  it('whose drain is taken back is eligible again, and keeps what has not moved', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', jobBody({ count: 9, group: { Update: null } }));
    hand.run(10_000);
    const id = byName(hand, 'node-1');
    drain(hand, id, { ...spec, Meta: { run: 'r' } });
    hand.run(1000);
    drain(hand, id, { DrainSpec: null, MarkEligible: true });
    hand.run(20_000);
    expect(on(hand, id).length).toBeGreaterThan(0);
    expect(read(hand, id)).toMatchObject({
      Drain: false,
      SchedulingEligibility: 'eligible',
      LastDrain: { Status: 'canceled', Meta: { run: 'r' } },
    });
    expect(read(hand, id).Events.at(-1)?.Message).toBe('Node drain disabled');
  });

  it('that has nothing to move ends its drain at once', () => {
    const hand = createHand();
    const id = byName(hand, 'node-1');
    drain(hand, id, spec);
    hand.run(50);
    expect(read(hand, id)).toMatchObject({
      Drain: false,
      SchedulingEligibility: 'ineligible',
      LastDrain: { Status: 'complete', Meta: null },
    });
  });
});
