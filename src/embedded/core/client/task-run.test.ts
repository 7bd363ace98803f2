import { describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../../nomad/types.ts';
import { createHand, type Hand, jobBody, mockTask } from '../testing.ts';

function start(hand: Hand, tasks: readonly unknown[]): string {
  hand.ask('PUT', '/v1/jobs', jobBody({ tasks }));
  hand.run(3000);
  return hand.allocs('web')[0]?.ID ?? '';
}

const eventsOf = (hand: Hand, task: string): readonly TaskEvent[] =>
  hand.allocs('web')[0]?.TaskStates?.[task]?.Events ?? [];
const typesOf = (hand: Hand, task: string) => eventsOf(hand, task).map(event => event.Type);
const signal = (hand: Hand, id: string, body: object) => hand.ask('PUT', `/v1/client/allocation/${id}/signal`, body);
const restart = (hand: Hand, id: string, body: object) => hand.ask('PUT', `/v1/client/allocation/${id}/restart`, body);

describe('a task', () => {
  it('that gets SIGKILL is restarted, with an event for each step and its details', () => {
    const hand = createHand();
    const id = start(hand, [mockTask('t')]);
    expect(typesOf(hand, 't')).toEqual(['Received', 'Task Setup', 'Started']);
    expect(signal(hand, id, { Signal: 'SIGKILL', Task: 't' })).toMatchObject({ status: 200, body: { Index: 0 } });
    hand.run(3000);
    const [signaling, terminated, restarting, started] = eventsOf(hand, 't').slice(3);
    expect(signaling).toMatchObject({
      Type: 'Signaling',
      DisplayMessage: 'Task being sent a signal',
      Details: { signal: 'SIGKILL' },
    });
    expect(terminated).toMatchObject({
      Type: 'Terminated',
      DisplayMessage: 'Exit Code: 137, Signal: 9',
      Details: { exit_code: '137', signal: '9', oom_killed: 'false' },
    });
    expect(restarting).toMatchObject({ Type: 'Restarting', Details: { restart_reason: 'Restart within policy' } });
    const delay = Number(restarting?.Details?.['start_delay']);
    expect(delay).toBeGreaterThanOrEqual(1e9);
    expect(delay).toBeLessThanOrEqual(1.25e9);
    expect(started?.Type).toBe('Started');
    expect(hand.allocs('web')[0]?.TaskStates?.['t']).toMatchObject({ State: 'running', Failed: false, Restarts: 1 });
  });

  it('keeps ten events', () => {
    const hand = createHand();
    const id = start(hand, [mockTask('t')]);
    for (let round = 0; round < 2; round += 1) {
      signal(hand, id, { Signal: 'SIGKILL', Task: 't' });
      hand.run(3000);
    }
    expect(typesOf(hand, 't')).toHaveLength(10);
    expect(typesOf(hand, 't')[0]).toBe('Task Setup');
  });

  it('frozen by SIGSTOP shows as running, is ended only by SIGKILL after its kill timeout, and thaws by SIGCONT', () => {
    const hand = createHand();
    const id = start(hand, [mockTask('t', { run_for: '10s' })]);
    signal(hand, id, { Signal: 'SIGSTOP', Task: 't' });
    hand.run(60_000);
    expect(hand.allocs('web')[0]?.ClientStatus).toBe('running');
    signal(hand, id, { Signal: 'SIGTERM', Task: 't' });
    hand.run(1000);
    expect(typesOf(hand, 't')).not.toContain('Terminated');
    signal(hand, id, { Signal: 'SIGCONT', Task: 't' });
    hand.run(1000);
    expect(eventsOf(hand, 't').find(event => event.Type === 'Terminated')?.Details).toMatchObject({
      exit_code: '143',
      signal: '15',
    });
    hand.run(3000);
    signal(hand, id, { Signal: 'SIGSTOP', Task: 't' });
    restart(hand, id, { TaskName: 't' });
    hand.run(4900);
    expect(typesOf(hand, 't').at(-1)).toBe('Restart Signaled');
    hand.run(1200);
    expect(
      eventsOf(hand, 't')
        .slice(-3)
        .map(event => event.DisplayMessage),
    ).toEqual(['Exit Code: 137, Signal: 9', 'Task restarting in 0s', 'Task started by client']);
  });

  it('that is not there, or not running, answers signals as Nomad does', () => {
    const hand = createHand();
    const id = start(hand, [mockTask('pre', { run_for: '10ms' }, { Lifecycle: { Hook: 'prestart' } }), mockTask('t')]);
    expect(signal(hand, id, { Signal: 'SIGHUP', Task: 'nope' })).toMatchObject({ status: 500, body: 'Task not found' });
    expect(signal(hand, id, { Signal: 'SIGHUP', Task: 'pre' })).toMatchObject({
      status: 500,
      body: 'Task not running',
    });
    expect(restart(hand, id, { TaskName: 'nope' })).toMatchObject({
      status: 500,
      body: 'Could not find task runner for task: nope',
    });
    expect(restart(hand, id, { TaskName: 'pre' })).toMatchObject({ status: 500, body: 'Task not running' });
    const none = signal(hand, '00000000-0000-0000-0000-000000000000', { Signal: 'SIGHUP' });
    expect(none).toMatchObject({ status: 404, body: 'Unknown allocation "00000000-0000-0000-0000-000000000000"' });
    const all = signal(hand, id, { Signal: 'SIGKILL' });
    expect([all.status, all.body]).toEqual([
      500,
      '1 error occurred:\n\t* Failed to signal task: pre, err: Task not running\n\n',
    ]);
    hand.run(3000);
    expect(hand.allocs('web')[0]?.TaskStates?.['t']?.Restarts).toBe(1);
  });

  it('restarted by request has neither delay nor reason, and does not use up an attempt', () => {
    const hand = createHand();
    const id = start(hand, [mockTask('t')]);
    for (let round = 0; round < 5; round += 1) {
      restart(hand, id, { TaskName: 't' });
      hand.run(1500);
    }
    expect(hand.allocs('web')[0]).toMatchObject({
      ClientStatus: 'running',
      TaskStates: { t: { Restarts: 5, State: 'running' } },
    });
    expect(
      eventsOf(hand, 't')
        .slice(-4)
        .map(event => [event.Type, event.DisplayMessage]),
    ).toEqual([
      ['Restart Signaled', 'User requested task to restart'],
      ['Terminated', 'Exit Code: 0'],
      ['Restarting', 'Task restarting in 0s'],
      ['Started', 'Task started by client'],
    ]);
  });

  it.each([
    [false, 0],
    [true, 1],
  ])('that did its work before the others runs again only with AllTasks (%s)', (AllTasks, restarts) => {
    const hand = createHand();
    const id = start(hand, [mockTask('pre', { run_for: '10ms' }, { Lifecycle: { Hook: 'prestart' } }), mockTask('t')]);
    restart(hand, id, { AllTasks });
    hand.run(3000);
    expect(hand.allocs('web')[0]?.TaskStates).toMatchObject({
      pre: { State: 'dead', Restarts: restarts },
      t: { State: 'running', Restarts: 1 },
    });
  });
});

describe('the servers hear of a task', () => {
  it('within a tick of 200 ms when the client status changed, and within a second otherwise', () => {
    const hand = createHand({ nodes: 1 });
    const id = start(hand, [mockTask('one'), mockTask('two')]);
    const restartsSeen = () => hand.allocs('web')[0]?.TaskStates?.['one']?.Events?.length ?? 0;
    hand.run(20_000);
    const before = restartsSeen();
    signal(hand, id, { Signal: 'SIGKILL', Task: 'one' });
    let waited = 0;
    while (restartsSeen() === before) {
      hand.run(20);
      waited += 20;
    }
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThanOrEqual(1000);
    hand.run(5000);
    signal(hand, id, { Signal: 'SIGKILL', Task: 'one' });
    signal(hand, id, { Signal: 'SIGKILL', Task: 'two' });
    hand.run(200);
    expect(hand.allocs('web')[0]?.ClientStatus).toBe('pending');
  });
});
