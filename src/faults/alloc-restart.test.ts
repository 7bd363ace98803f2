import { describe, expect, it } from 'vitest';
import {
  alloc,
  clientStart,
  event,
  id,
  killed,
  restarted,
  serverStart,
  serverTime,
  started,
  task,
} from '../cluster/nomad.fixture.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { Allocation, TaskEvent } from '../nomad/types.ts';
import { allocRestart } from './alloc-restart.ts';
import type { Candidate, Injected } from './fault.ts';

const dead = task([...started, event('Terminated', 150, { exit_code: '0' })], { State: 'dead' });
const states = { web: task(started), log: task(started), pre: dead };

function viewOf(over: Partial<Allocation> = { TaskStates: states }) {
  const view = createView();
  view.applyAllocs('default', 'web', [alloc(0, over)], 200);
  return view;
}

function candidateOf(view: MutableView): Candidate {
  const found = view.alloc(id(0));
  if (found === undefined) throw new Error('not in the view');
  return { kind: 'allocation', alloc: found };
}

const contextOf = (view: MutableView, input: Record<string, unknown> = {}, targetTask?: string) => ({
  params: allocRestart.parameters.parse(input),
  view,
  ...(targetTask === undefined ? {} : { task: targetTask }),
});

const whole = { op: 'alloc-restart', namespace: 'default', alloc: id(0) };

describe('the calls of alloc-restart', () => {
  it.each<[string, Record<string, unknown>, string | undefined, readonly object[]]>([
    ['the whole allocation in one', {}, undefined, [{ ...whole, allTasks: false }]],
    ['all tasks, finished ones too', { all_tasks: true }, undefined, [{ ...whole, allTasks: true }]],
    ['the task named', { task: 'web' }, undefined, [{ ...whole, task: 'web', allTasks: false }]],
    [
      'each task of the target that runs',
      {},
      '*',
      ['log', 'web'].map(name => ({ ...whole, task: name, allTasks: false })),
    ],
    ['none, where only a finished one is named', { task: 'pre' }, undefined, []],
  ])('restart %s', (_, input, targetTask, calls) => {
    const view = viewOf();
    const planned = allocRestart.plan(candidateOf(view), contextOf(view, input, targetTask));
    expect(planned.map(({ call }) => call)).toEqual(calls);
    expect(planned.every(({ sending }) => sending === 'once')).toBe(true);
  });

  it('do not mix all tasks and one', () => {
    const { error } = allocRestart.parameters.safeParse({ all_tasks: 'true', task: 'web' });
    expect(error?.issues[0]).toMatchObject({
      path: ['all_tasks'],
      message: expect.stringContaining('exclude each other'),
    });
  });

  it.each<[string, Record<string, unknown>, string | undefined, Partial<Allocation>, string | undefined]>([
    ['tasks that run', {}, undefined, { TaskStates: states }, undefined],
    ['no running task', {}, undefined, { TaskStates: { pre: dead } }, 'none of its tasks runs'],
    [
      'none of the name',
      { task: 'db' },
      undefined,
      { TaskStates: states },
      'no task matches task=db: its tasks are log, pre, web',
    ],
    [
      'all tasks, and some by the target',
      { all_tasks: true },
      'web',
      { TaskStates: states },
      'all_tasks=true restarts every task, and target_task=web names some: leave one of them out',
    ],
  ])('are judged for %s', (_, input, targetTask, over, why) => {
    const view = viewOf(over);
    expect(allocRestart.exclude?.(candidateOf(view), contextOf(view, input, targetTask))).toBe(why);
  });
});

describe('what alloc-restart takes for its effect', () => {
  const template = event('Restart Signaled', 5000, { restart_reason: 'Template with change_mode restart re-rendered' });

  it.each<
    [string, Record<string, unknown>, { web?: readonly TaskEvent[]; log?: readonly TaskEvent[] }, number | undefined]
  >([
    ['nothing new', {}, {}, undefined],
    ['the word to restart', {}, { web: restarted(5000).slice(0, 1) }, 5000],
    ['the first of several', {}, { web: restarted(5003), log: restarted(5001) }, 5001],
    ['a word from before', {}, { web: restarted(-500) }, undefined],
    ['a restart after a kill', {}, { web: killed(5000) }, undefined],
    ['a restart by a template', {}, { web: [template] }, undefined],
    ['the task named', { task: 'web' }, { web: restarted(5000) }, 5000],
    ['another task than the one named', { task: 'web' }, { log: restarted(5000) }, undefined],
  ])('is decided by %s', (_, input, news, clientMs) => {
    const view = viewOf();
    const [planned] = allocRestart.plan(candidateOf(view), contextOf(view, input));
    const after = {
      pre: dead,
      web: task([...started, ...(news.web ?? [])]),
      log: task([...started, ...(news.log ?? [])]),
    };
    view.applyAllocs(
      'default',
      'web',
      [alloc(0, { TaskStates: after, ModifyIndex: 300, ModifyTime: serverTime(900) })],
      300,
    );
    const observation = allocRestart.observe(planned as Injected, view);
    expect(observation.seen).toBe(clientMs !== undefined);
    if (observation.seen)
      expect(observation.at).toEqual({ client: clientStart + (clientMs ?? 0), server: serverStart + 900 });
  });

  it('is never a collected allocation', () => {
    const view = viewOf();
    const [planned] = allocRestart.plan(candidateOf(view), contextOf(view));
    view.applyAllocs('default', 'web', [], 300);
    expect(allocRestart.observe(planned as Injected, view)).toMatchObject({
      seen: false,
      why: expect.stringContaining('no proof'),
    });
  });
});
