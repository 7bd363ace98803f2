import { describe, expect, it } from 'vitest';
import type { Allocation } from '../nomad/types.ts';
import { alloc, event, job, node, serverStart, started, task } from './nomad.fixture.ts';
import { allocStartedAt, nodeJoinedAt } from './starts.ts';
import { createView } from './view.ts';

function startOf(over: Partial<Allocation>, jobOver: Parameters<typeof job>[0] = {}): number | undefined {
  const view = createView();
  view.applyJob(job(jobOver));
  view.applyAllocs('default', 'web', [alloc(1, over)], 200);
  const [seen] = view.allocsOf('default', 'web');
  const web = view.job('default', 'web');
  if (seen === undefined || web === undefined) throw new Error('nothing is there');
  return allocStartedAt(seen, web);
}

describe('the start of an allocation', () => {
  it('is its creation and what its client took from there, whatever the clock of the client says', () => {
    expect(startOf({})).toBe(serverStart + 100);
  });

  it('stays the first one after a restart, and is not known where that is forgotten', () => {
    const again = [...started, event('Restarting', 5_000), event('Started', 6_000)];
    expect(startOf({ TaskStates: { web: task(again) } })).toBe(serverStart + 100);
    expect(startOf({ TaskStates: { web: task(again.slice(1)) } })).toBeUndefined();
  });

  it.each([
    ['a task that only came', { web: task([event('Received', 0)]) }],
    ['no tasks yet', null],
  ])('is not there with %s', (_, TaskStates) => {
    expect(startOf({ TaskStates })).toBeUndefined();
  });

  it('waits for all main tasks, and for no other', () => {
    const Tasks = [
      { Name: 'web', Driver: 'raw_exec' },
      { Name: 'cache', Driver: 'raw_exec' },
      { Name: 'after', Driver: 'raw_exec', Lifecycle: { Hook: 'poststart', Sidecar: true } } as const,
    ];
    const groups = { TaskGroups: [{ Name: 'cache', Count: 1, Tasks }] };
    const slow = task([event('Received', 0), event('Started', 900)]);
    expect(startOf({ TaskStates: { web: task(started) } }, groups)).toBeUndefined();
    expect(startOf({ TaskStates: { web: task(started), cache: slow } }, groups)).toBe(serverStart + 900);
  });
});

describe('the joining of a node', () => {
  const Events = [
    { Message: 'Node registered', Timestamp: '2026-11-24T10:00:00Z', Subsystem: 'Cluster', Details: null },
  ];
  function joined(over: object): number | undefined {
    const view = createView();
    view.applyNode(node(1, { Events, ...over } as never));
    const [seen] = view.nodes();
    return seen && nodeJoinedAt(seen);
  }

  it('is its first registration, once it can take work', () => {
    expect(joined({})).toBe(serverStart);
    expect(joined({ Status: 'initializing' })).toBeUndefined();
    expect(joined({ SchedulingEligibility: 'ineligible' })).toBeUndefined();
  });

  it('is not known from a list, nor once Nomad has forgotten it', () => {
    expect(joined({ Events: undefined })).toBeUndefined();
    expect(joined({ Events: [{ ...Events[0], Message: 'Node heartbeat missed' }] })).toBeUndefined();
  });

  it('stays known when a list without events comes later', () => {
    const view = createView();
    view.applyNode(node(1, { Events, ModifyIndex: 60 } as never));
    view.applyNodes([node(1, { ModifyIndex: 61 })], 61);
    expect(view.nodes().map(nodeJoinedAt)).toEqual([serverStart]);
  });
});
