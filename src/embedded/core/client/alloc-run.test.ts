import { describe, expect, it } from 'vitest';
import { createHand, type Hand, jobBody, mockTask, seconds } from '../testing.ts';

const once = { run_for: '300ms' };
const lifecycle = (Hook: string, Sidecar = false) => ({ Lifecycle: { Hook, Sidecar } });

const startOf = (hand: Hand, task: string) => {
  const started = hand.allocs('web')[0]?.TaskStates?.[task]?.StartedAt;
  return started === null || started === undefined ? Number.NaN : Date.parse(started);
};

const endOf = (hand: Hand, task: string) => Date.parse(hand.allocs('web')[0]?.TaskStates?.[task]?.FinishedAt ?? '');

describe('the tasks of an allocation', () => {
  it('run in the order of their hooks: prestart ends before main starts, poststart follows, poststop ends it all', () => {
    const hand = createHand();
    const tasks = [
      mockTask('stop', once, lifecycle('poststop')),
      mockTask('post', once, lifecycle('poststart')),
      mockTask('main'),
      mockTask('pre', once, lifecycle('prestart')),
    ];
    hand.ask('PUT', '/v1/jobs', jobBody({ tasks }));
    hand.run(5000);
    expect(startOf(hand, 'main')).toBeGreaterThanOrEqual(endOf(hand, 'pre'));
    expect(startOf(hand, 'post')).toBeGreaterThanOrEqual(startOf(hand, 'main'));
    expect(hand.allocs('web')[0]?.TaskStates?.['stop']?.State).toBe('pending');
    hand.ask('DELETE', '/v1/job/web');
    hand.run(5000);
    expect(startOf(hand, 'stop')).toBeGreaterThanOrEqual(endOf(hand, 'main'));
    expect(hand.allocs('web')[0]).toMatchObject({
      ClientStatus: 'complete',
      ClientDescription: 'All tasks have completed',
      DesiredStatus: 'stop',
      DesiredDescription: 'alloc not needed due to job update',
    });
    expect(
      hand
        .allocs('web')[0]
        ?.TaskStates?.['main']?.Events?.slice(-3)
        .map(event => event.DisplayMessage),
    ).toEqual(['Sent interrupt. Waiting 5s before force killing', 'Exit Code: 0', 'Task successfully killed']);
  });

  it('all end when one fails for good, and poststop still runs', () => {
    const hand = createHand();
    const tasks = [
      mockTask('bad', { run_for: '100ms', exit_code: 7 }),
      mockTask('good'),
      mockTask('stop', once, lifecycle('poststop')),
    ];
    const group = {
      RestartPolicy: { Attempts: 0, Mode: 'fail', Interval: seconds(60), Delay: seconds(1) },
      ReschedulePolicy: { Attempts: 0, Unlimited: false },
    };
    hand.ask('PUT', '/v1/jobs', jobBody({ tasks, group }));
    hand.run(5000);
    const [alloc] = hand.allocs('web');
    expect(alloc).toMatchObject({
      ClientStatus: 'failed',
      ClientDescription: 'Failed tasks',
      TaskStates: {
        bad: { Failed: true, State: 'dead' },
        good: { Failed: false, State: 'dead' },
        stop: { State: 'dead', Failed: false },
      },
    });
    expect(alloc?.TaskStates?.['good']?.Events?.map(event => event.Type)).toContain('Sibling Task Failed');
    expect(startOf(hand, 'stop')).toBeGreaterThan(0);
  });

  it('end with their leader', () => {
    const hand = createHand();
    hand.ask(
      'PUT',
      '/v1/jobs',
      jobBody({
        type: 'batch',
        tasks: [mockTask('lead', once, { Leader: true }), mockTask('other')],
        group: { Update: null },
      }),
    );
    hand.run(5000);
    const [alloc] = hand.allocs('web');
    expect(alloc?.ClientStatus).toBe('complete');
    expect(alloc?.TaskStates?.['other']?.Events?.map(event => event.Type)).toContain('Leader Task Dead');
  });

  it('that are sidecars end last, once no main task is left', () => {
    const hand = createHand();
    hand.ask(
      'PUT',
      '/v1/jobs',
      jobBody({
        type: 'batch',
        tasks: [mockTask('side', {}, lifecycle('prestart', true)), mockTask('main', once)],
        group: { Update: null },
      }),
    );
    hand.run(5000);
    expect(hand.allocs('web')[0]?.ClientStatus).toBe('complete');
    expect(endOf(hand, 'side')).toBeGreaterThanOrEqual(endOf(hand, 'main'));
    expect(hand.allocs('web')[0]?.TaskStates?.['side']?.Events?.map(event => event.Type)).toContain('Main Tasks Dead');
  });

  it('do not start while the allocation that they replace still runs on the node', () => {
    const hand = createHand({ nodes: 1 });
    const group = { Update: { MinHealthyTime: seconds(1) } };
    hand.ask('PUT', '/v1/jobs', jobBody({ tasks: [mockTask('t', { kill_after: '3s' })], group }));
    hand.run(5000);
    hand.ask('PUT', `/v1/allocation/${hand.allocs('web')[0]?.ID}/stop`);
    hand.run(2000);
    expect(hand.allocs('web').map(alloc => alloc.ClientStatus)).toEqual(['running', 'pending']);
    hand.run(3000);
    expect(hand.allocs('web').map(alloc => alloc.ClientStatus)).toEqual(['complete', 'running']);
  });
});
