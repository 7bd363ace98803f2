import { describe, expect, it } from 'vitest';
import {
  alloc,
  clientStart,
  event,
  id,
  job,
  killed,
  node,
  serverStart,
  serverTime,
  started,
  task,
} from '../cluster/nomad.fixture.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { Allocation, TaskEvent, TaskState } from '../nomad/types.ts';
import { allocKill } from './alloc-kill.ts';
import type { Candidate, Injected } from './fault.ts';

const dead = task([...started, event('Terminated', 50, { exit_code: '0' })], { State: 'dead' });
const sidecar = job({
  TaskGroups: [
    {
      Name: 'cache',
      Count: 3,
      Tasks: [
        { Name: 'web', Driver: 'raw_exec' },
        { Name: 'log', Driver: 'raw_exec' },
        { Name: 'pre', Driver: 'raw_exec', Lifecycle: { Hook: 'prestart', Sidecar: false } },
        { Name: 'proxy', Driver: 'raw_exec', Lifecycle: { Hook: 'prestart', Sidecar: true } },
      ],
    },
  ],
});
const four: Record<string, TaskState> = { web: task(started), log: task(started), pre: dead, proxy: task(started) };

function viewOf(over: Partial<Allocation> = { TaskStates: four }) {
  const view = createView();
  view.applyJob(sidecar);
  view.applyAllocs('default', 'web', [alloc(0, over)], 200);
  return view;
}

function candidateOf(view: MutableView): Candidate {
  const found = view.alloc(id(0));
  if (found === undefined) throw new Error('not in the view');
  return { kind: 'allocation', alloc: found };
}

const parameters = (input: Record<string, unknown> = {}) => allocKill.parameters.parse(input);
const contextOf = (view: MutableView, input: Record<string, unknown> = {}, targetTask?: string) => ({
  params: parameters(input),
  view,
  ...(targetTask === undefined ? {} : { task: targetTask }),
});

function firstPlanned(view: MutableView, input: Record<string, unknown> = {}): Injected {
  const [planned] = allocKill.plan(candidateOf(view), contextOf(view, { task: 'web', ...input }));
  if (planned === undefined) throw new Error('nothing planned');
  return planned;
}

describe('the signal of alloc-kill', () => {
  it('is SIGKILL unless told', () => {
    expect(parameters()).toEqual({ signal: 'SIGKILL' });
  });

  it.each([
    ['kill', 'SIGKILL'],
    ['9', 'SIGKILL'],
    [15, 'SIGTERM'],
    ['term', 'SIGTERM'],
    ['sigusr1', 'SIGUSR1'],
    ['SIGKIL', 'SIGKILL'],
    ['SIGFOOBAR', undefined],
  ])('refuses %s and names the nearest word', (signal, didYouMean) => {
    const { error } = allocKill.parameters.safeParse({ signal });
    expect(error?.issues[0]).toMatchObject({
      path: ['signal'],
      params: { found: String(signal), allowed: expect.stringContaining('SIGTERM') },
    });
    const [issue] = error?.issues ?? [];
    expect(issue?.code === 'custom' ? issue.params?.['didYouMean'] : 'no issue of ours').toBe(didYouMean);
  });

  it.each(['SIGSTOP', 'stop', '19', 'SIGTSTP'])('sends nobody to sleep: %s belongs to process-pause', signal => {
    const { error } = allocKill.parameters.safeParse({ signal });
    expect(error?.issues[0]?.message).toContain('process-pause');
  });
});

describe('the tasks that alloc-kill hits', () => {
  it.each<[string, Record<string, unknown>, string | undefined, readonly string[]]>([
    ['the main ones that run', {}, undefined, ['log', 'web']],
    ['the one named', { task: 'web' }, undefined, ['web']],
    ['a sidecar, when named', { task: 'proxy' }, undefined, ['proxy']],
    ['those of the target', {}, 'l*', ['log']],
    ['those that both name', { task: 'w*' }, '*', ['web']],
    ['never one that is finished', { task: 'pre' }, undefined, []],
  ])('are %s', (_, input, targetTask, tasks) => {
    const view = viewOf();
    const planned = allocKill.plan(candidateOf(view), contextOf(view, input, targetTask));
    expect(planned.map(({ call }) => call)).toEqual(
      tasks.map(name => ({ op: 'alloc-signal', namespace: 'default', alloc: id(0), task: name, signal: 'SIGKILL' })),
    );
  });

  it('are each an intent of its own, sent once, with what was seen before', () => {
    const planned = firstPlanned(viewOf());
    expect(planned).toEqual({
      target: {
        kind: 'allocation',
        namespace: 'default',
        job: 'web',
        group: 'cache',
        alloc: id(0),
        node: id(900),
        task: 'web',
      },
      call: expect.anything(),
      sending: 'once',
      before: { restarts: 0, since: clientStart + 100 },
    });
  });

  it.each<[string, Record<string, unknown>, string | undefined, Partial<Allocation>, string]>([
    ['no task of that name', { task: 'db' }, undefined, {}, 'no task matches task=db: its tasks are web'],
    ['only a finished one', { task: 'pre' }, undefined, { TaskStates: four }, 'no task of task=pre runs: pre is dead'],
    [
      'no match of both',
      { task: 'web' },
      'log',
      { TaskStates: four },
      'no task matches target_task=log and task=web: its tasks are log, pre, proxy, web',
    ],
    ['no main task that runs', {}, undefined, { TaskStates: { web: dead } }, 'no main task runs: web is dead'],
    ['no task at all', {}, undefined, { TaskStates: {} }, 'no main task is known: its tasks are none'],
  ])('exclude an allocation with %s', (_, input, targetTask, over, why) => {
    const view = viewOf(over);
    expect(allocKill.exclude?.(candidateOf(view), contextOf(view, input, targetTask))).toBe(why);
    expect(allocKill.plan(candidateOf(view), contextOf(view, input, targetTask))).toEqual([]);
  });

  it('are left alone where the node does not know the signal: Nomad would kill instead', () => {
    const view = viewOf();
    view.applyNode(node(0, { Attributes: { 'os.signals': 'SIGKILL,SIGTERM' } }));
    expect(allocKill.exclude?.(candidateOf(view), contextOf(view, { signal: 'SIGUSR1' }))).toContain(
      'does not know SIGUSR1',
    );
    expect(allocKill.exclude?.(candidateOf(view), contextOf(view))).toBeUndefined();
  });
});

describe('what alloc-kill takes for its effect', () => {
  const waiting = (why: string) => ({ seen: false, why });
  const seen = (clientMs: number) => ({
    seen: true,
    evidence: expect.any(String),
    at: { client: clientStart + clientMs, server: serverStart + 3000 },
  });

  it.each<[string, string, readonly TaskEvent[], unknown]>([
    ['nothing new', 'SIGKILL', [], waiting('task web shows no SIGKILL yet')],
    ['the signal, and the end', 'SIGKILL', killed(5000), seen(5007)],
    ['a restart that followed', 'SIGKILL', [...killed(5000), event('Started', 6300)], seen(5007)],
    ['the signal alone', 'SIGKILL', killed(5000).slice(0, 1), waiting('task web was sent SIGKILL and did not end yet')],
    ['an end that no signal preceded', 'SIGKILL', killed(5000).slice(1), waiting('task web shows no SIGKILL yet')],
    ['another signal', 'SIGKILL', killed(5000, 'SIGTERM', '15'), waiting('task web shows no SIGKILL yet')],
    ['a signal from before', 'SIGKILL', killed(-3000), waiting('task web shows no SIGKILL yet')],
    ['a polite signal and its end', 'SIGTERM', killed(5000, 'SIGTERM', '15'), seen(5007)],
    [
      'a polite signal that was ignored',
      'SIGTERM',
      killed(5000, 'SIGTERM').slice(0, 1),
      waiting('task web was sent SIGTERM and did not end yet'),
    ],
    ['a signal that only tells', 'SIGHUP', [event('Signaling', 5002, { signal: 'SIGHUP' })], seen(5002)],
  ])('is decided by %s', (_, signal, news, expected) => {
    const view = viewOf();
    const planned = firstPlanned(view, { signal });
    const states = { ...four, web: task([...started, ...news]) };
    view.applyAllocs(
      'default',
      'web',
      [alloc(0, { TaskStates: states, ModifyIndex: 300, ModifyTime: serverTime(3000) })],
      300,
    );
    expect(allocKill.observe(planned, view)).toEqual(expected);
  });

  it('says how the task ended', () => {
    const view = viewOf();
    const planned = firstPlanned(view);
    view.applyAllocs(
      'default',
      'web',
      [alloc(0, { TaskStates: { web: task([...started, ...killed(5000)]) }, ModifyIndex: 300 })],
      300,
    );
    expect(allocKill.observe(planned, view)).toMatchObject({
      evidence: 'task web was sent SIGKILL and ended (exit code 137, signal 9)',
    });
  });

  it.each<[string, (view: MutableView) => unknown]>([
    ['a collected allocation', view => view.applyAllocs('default', 'web', [], 400)],
    [
      'a lost node',
      view => view.applyAllocs('default', 'web', [alloc(0, { ClientStatus: 'lost', ModifyIndex: 300 })], 300),
    ],
  ])('is never %s', (_, happens) => {
    const view = viewOf();
    const planned = firstPlanned(view);
    happens(view);
    expect(allocKill.observe(planned, view).seen).toBe(false);
  });
});
