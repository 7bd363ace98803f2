import { describe, expect, it } from 'vitest';
import { createHand, type Hand, jobBody } from './testing.ts';

const path = '/v1/operator/scheduler/configuration';
const configure = (hand: Hand, change: object) => {
  const { SchedulerConfig } = hand.ask('GET', path).body as { SchedulerConfig: object };
  hand.ask('PUT', path, { ...SchedulerConfig, ...change });
};
const running = (hand: Hand) =>
  hand.allocs('web').filter(each => each.DesiredStatus === 'run' && each.ClientStatus === 'running');

describe('a paused scheduler', () => {
  it('places nothing and replaces nothing until it is resumed, however late', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', jobBody({ count: 2 }));
    hand.run(10_000);
    configure(hand, { PauseEvalBroker: true });
    hand.ask('PUT', `/v1/allocation/${running(hand)[0]?.ID}/stop`);
    hand.ask('PUT', '/v1/jobs', jobBody({ id: 'other' }));
    hand.run(3_000_000);
    expect(running(hand)).toHaveLength(2);
    expect(hand.allocs('other')).toEqual([]);
    configure(hand, { PauseEvalBroker: false });
    hand.run(10_000);
    expect(running(hand)).toHaveLength(2);
    expect(hand.allocs('web')).toHaveLength(3);
    expect(hand.allocs('other')).toMatchObject([{ ClientStatus: 'running' }]);
  });

  it('also leaves alone what waits for room, and what failed and is to be placed again', () => {
    const hand = createHand();
    const ReschedulePolicy = { Delay: 5e9, DelayFunction: 'constant', Unlimited: true };
    const group = { RestartPolicy: { Attempts: 0, Mode: 'fail' }, ReschedulePolicy };
    hand.ask('PUT', '/v1/jobs', jobBody({ runFor: '1s', exitCode: 1, group }));
    const [node] = hand.ask('GET', '/v1/nodes').body as { ID: string; Name: string }[];
    hand.ask('PUT', `/v1/node/${node?.ID}/eligibility`, { Eligibility: 'ineligible' });
    const Constraints = [{ LTarget: '$' + '{node.unique.name}', RTarget: node?.Name, Operand: '=' }];
    hand.ask('PUT', '/v1/jobs', jobBody({ id: 'pinned', group: { Constraints } }));
    hand.run(1500);
    configure(hand, { PauseEvalBroker: true });
    hand.ask('PUT', `/v1/node/${node?.ID}/eligibility`, { Eligibility: 'eligible' });
    const before = hand.allocs('web').length;
    hand.run(60_000);
    expect(hand.allocs('web')).toHaveLength(before);
    expect(hand.allocs('pinned')).toEqual([]);
    configure(hand, { PauseEvalBroker: false });
    hand.run(2000);
    expect(hand.allocs('web').length).toBeGreaterThan(before);
    expect(hand.allocs('pinned')).toHaveLength(1);
  });
});
