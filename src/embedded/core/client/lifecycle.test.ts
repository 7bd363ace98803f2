import { describe, expect, it } from 'vitest';
import { takeOrders } from '../advance.ts';
import { loseNode, returnNode } from '../nodes.ts';
import { createHand, type Hand, jobBody, mockTask } from '../testing.ts';

const hook = (Hook: string) => ({ Lifecycle: { Hook, Sidecar: false } });
const once = {
  RestartPolicy: { Attempts: 0, Mode: 'fail' },
  ReschedulePolicy: { Attempts: 0, Unlimited: false },
};

function withFour(): Hand {
  const hand = createHand({ nodes: 1 });
  const tasks = [
    mockTask('inject', { run_for: '200ms', stdout_string: 'injected\n' }, hook('prestart')),
    mockTask('hold'),
    mockTask('ready', { run_for: '100ms' }, hook('poststart')),
    mockTask('revert', { run_for: '20s' }, hook('poststop')),
  ];
  hand.ask('PUT', '/v1/jobs', jobBody({ id: 'fault', type: 'batch', tasks, group: { ...once, Update: null } }));
  hand.run(3000);
  return hand;
}

const nodeOf = (hand: Hand) => [...hand.cluster.clients.keys()][0] ?? '';
const idOf = (hand: Hand) => hand.allocs('fault')[0]?.ID ?? '';
/** The task where it runs, known to the servers or not. */
const taskOf = (hand: Hand, id: string, task = 'revert') =>
  hand.cluster.clients.get(nodeOf(hand))?.allocs.get(id)?.tasks.get(task);

const states = (hand: Hand) =>
  Object.entries(hand.allocs('fault')[0]?.TaskStates ?? {}).map(([name, { State }]) => `${name} ${State}`);

describe('a poststop task', () => {
  it('runs when nothing of its job is known any more, and its node forgets the allocation with its end', () => {
    const hand = withFour();
    const id = idOf(hand);
    expect(states(hand)).toEqual(['inject dead', 'hold running', 'ready dead', 'revert pending']);
    hand.ask('DELETE', '/v1/job/fault', undefined, { query: { purge: 'true' } });
    expect(hand.ask('GET', `/v1/allocation/${id}`).status).toBe(404);
    hand.run(1000);
    expect(taskOf(hand, id)?.phase).toBe('running');
    hand.run(25_000);
    expect(hand.cluster.clients.get(nodeOf(hand))?.allocs.size).toBe(0);
  });

  it('runs late where the node hears late of the purge: when it is back', () => {
    const hand = withFour();
    const id = idOf(hand);
    loseNode(hand.cluster, nodeOf(hand), 10_000);
    hand.ask('DELETE', '/v1/job/fault', undefined, { query: { purge: 'true' } });
    hand.ask('PUT', '/v1/system/gc');
    hand.run(60_000);
    expect([taskOf(hand, id, 'hold')?.phase, taskOf(hand, id)?.phase]).toEqual(['running', 'waiting']);
    returnNode(hand.cluster, nodeOf(hand));
    hand.run(1000);
    expect([taskOf(hand, id, 'hold')?.phase, taskOf(hand, id)?.phase]).toEqual(['dead', 'running']);
  });

  it('has yet to run when the allocation has failed, and collecting does not cut it', () => {
    const hand = withFour();
    const id = idOf(hand);
    hand.ask('PUT', `/v1/client/allocation/${id}/signal`, { Signal: 'SIGKILL', Task: 'hold' });
    hand.run(1500);
    expect(hand.allocs('fault')[0]).toMatchObject({ ClientStatus: 'failed', DesiredStatus: 'run' });
    expect(states(hand).at(-1)).toBe('revert running');
    hand.ask('PUT', '/v1/system/gc');
    expect(hand.ask('GET', '/v1/job/fault').status).toBe(404);
    hand.run(5000);
    expect(taskOf(hand, id)?.phase).toBe('running');
    hand.run(20_000);
    expect(taskOf(hand, id)?.phase).toBeUndefined();
  });
});

describe('a task that only keeps time', () => {
  it('has written what its settings say, once a run', () => {
    const hand = withFour();
    const log = (task: string) => hand.log(`/v1/client/fs/logs/${idOf(hand)}`, { task, type: 'stdout', plain: 'true' });
    expect([log('inject').text, log('hold').text]).toEqual(['injected\n', '']);
    hand.ask('PUT', `/v1/client/allocation/${idOf(hand)}/restart`, { AllTasks: true });
    hand.run(15_000);
    expect(log('inject').text).toBe('injected\ninjected\n');
  });
});

describe('a real process', () => {
  it.each([
    ['aGk=', 'aGk='],
    ['', ''],
  ])('is started with its payload %j as a file', (Payload, base64) => {
    const hand = createHand({ nodes: 1 });
    const task = { Name: 't', Driver: 'raw_exec', Config: { command: '/bin/true' }, DispatchPayload: { File: 'in/p' } };
    const job = { ParameterizedJob: {} };
    hand.ask('PUT', '/v1/jobs', jobBody({ id: 'p', type: 'batch', tasks: [task], group: { Update: null }, job }));
    hand.ask('PUT', '/v1/job/p/dispatch', { Payload });
    hand.run(1000);
    expect(takeOrders(hand.cluster)).toMatchObject([{ kind: 'start', files: [{ path: 'in/p', base64 }] }]);
  });
});
