import { describe, expect, it } from 'vitest';
import { createHand, jobBody } from './testing.ts';

const hour = 3_600_000;

describe('garbage collection', () => {
  it('forgets on request what has ended, and nothing that lives', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', jobBody({ id: 'done', type: 'batch', runFor: '1s', group: { Update: null } }));
    hand.ask('PUT', '/v1/jobs', jobBody({ count: 2 }));
    hand.run(10_000);
    hand.ask('PUT', `/v1/allocation/${hand.allocs('web')[0]?.ID}/stop`);
    hand.run(10_000);
    hand.ask('PUT', '/v1/system/gc');
    expect(hand.ask('GET', '/v1/job/done').status).toBe(404);
    expect(hand.allocs('done')).toEqual([]);
    expect(hand.allocs('web').map(alloc => alloc.ClientStatus)).toEqual(['running', 'running']);
    expect(hand.ask('GET', '/v1/evaluations').body).toEqual([]);
  });

  it('keeps a deployment for as long as something of it runs', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', jobBody());
    hand.run(10_000);
    const deployments = () => {
      hand.ask('PUT', '/v1/system/gc');
      return (hand.ask('GET', '/v1/deployments').body as { JobVersion: number }[]).map(each => each.JobVersion);
    };
    expect(deployments()).toEqual([0]);
    hand.ask('PUT', '/v1/jobs', jobBody({ exitCode: 1 }));
    hand.run(10_000);
    expect(deployments()).toEqual([1]);
  });

  it('comes by itself for what ended more than an hour ago', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', jobBody({ runFor: '1m', exitCode: 1, group: { RestartPolicy: { Attempts: 0 } } }));
    hand.run(12 * hour);
    expect(hand.allocs('web').length).toBeLessThan(70);
    expect(hand.cluster.tables.evals.size).toBeLessThan(400);
  });
});
