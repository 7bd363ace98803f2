import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIntern } from './interner.ts';
import { alloc, clientStart, id, job, node, serverStart, started, task } from './nomad.fixture.ts';
import { allocView, deploymentView, jobView, nodeView } from './objects.ts';

const readers = [
  ['allocation', allocView, alloc(1)],
  ['job', jobView, job()],
  ['node', nodeView, node(1)],
  ['deployment', deploymentView, { ID: id(1), Namespace: 'default', JobID: 'web', Status: 'running', ModifyIndex: 5 }],
] as const;

describe.each(readers)('an %s that can’t be trusted', (_, read, good) => {
  it('is read or left out, never a crash, whatever one of its fields holds', () => {
    expect(read(good, createIntern())).toBeDefined();
    const odd = fc.tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue());
    fc.assert(
      fc.property(odd, ([key, value]) => {
        const view = read({ ...good, [key]: value }, createIntern());
        expect(view === undefined || typeof view === 'object').toBe(true);
      }),
    );
  });

  it.each([[undefined], [null], [7], ['text'], [[]], [{}]])('is left out when it is %j', value => {
    expect(read(value, createIntern())).toBeUndefined();
  });
});

describe('an allocation', () => {
  it('carries the server’s times and the clients’, each in milliseconds', () => {
    const view = allocView(alloc(3), createIntern());
    expect(view).toMatchObject({ createTime: serverStart, modifyTime: serverStart + 3 });
    expect(view?.tasks['web']).toMatchObject({ startedAt: clientStart + 100 });
    expect(view?.tasks['web']).not.toHaveProperty('finishedAt');
    expect(view?.tasks['web']?.events.map(({ time }) => time - clientStart)).toEqual([0, 5, 100]);
  });

  it('keeps tasks whose names are words of the language', () => {
    const states = JSON.parse(JSON.stringify({ constructor: task(started) }).replace('constructor', '__proto__'));
    const view = allocView(alloc(0, { TaskStates: states }), createIntern());
    expect(Object.keys(view?.tasks ?? {})).toEqual(['__proto__']);
  });

  it('keeps what it followed when a list does not say so again', () => {
    const intern = createIntern();
    const held = allocView(alloc(0, { PreviousAllocation: id(9) }), intern);
    expect(allocView(alloc(0, { ModifyIndex: 300 }), intern, held)).toMatchObject({
      previous: id(9),
      modifyIndex: 300,
    });
  });

  it('knows how often it was rescheduled, and the marks of its node’s drain', () => {
    const tracker = { Events: [{ RescheduleTime: 5e15, PrevAllocID: id(8), PrevNodeID: id(901), Delay: 1 }] };
    const view = allocView(
      alloc(0, { RescheduleTracker: tracker, DesiredTransition: { Migrate: true } }),
      createIntern(),
    );
    expect(view?.reschedules).toEqual([{ RescheduleTime: 5e15, PrevAllocID: id(8), PrevNodeID: id(901) }]);
    expect(view?.migrating).toBe(true);
  });
});

describe('a job', () => {
  it('has its groups with restart and reschedule blocks, and each task with its hook', () => {
    const lifecycle = { Hook: 'poststart', Sidecar: true } as const;
    const restart = { Attempts: 1, Interval: 6e10, Delay: 1e9, Mode: 'delay' } as const;
    const reschedule = {
      Attempts: 0,
      Interval: 0,
      Delay: 3e10,
      DelayFunction: 'exponential',
      MaxDelay: 36e11,
      Unlimited: true,
    };
    const tasks = [{ Name: 'web', Driver: 'docker', Lifecycle: lifecycle, RestartPolicy: restart }];
    const groups = [{ Name: 'cache', Count: 2, Tasks: tasks, RestartPolicy: null, ReschedulePolicy: reschedule }];
    const view = jobView(job({ TaskGroups: groups, Meta: { chaos: 'on' } }), createIntern());
    expect(view?.meta).toEqual({ chaos: 'on' });
    expect(view?.groups).toEqual([
      {
        name: 'cache',
        count: 2,
        tasks: [{ name: 'web', driver: 'docker', hook: 'poststart', sidecar: true, restart }],
        reschedule,
      },
    ]);
  });
});

describe('interning', () => {
  it('answers the first copy of equal texts, and goes on past its limit', () => {
    const intern = createIntern();
    const odd = [...Array(120_000).keys()].filter(n => intern(`job-${n}`) !== `job-${n}`);
    expect(odd).toEqual([]);
  });
});
