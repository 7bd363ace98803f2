import { describe, expect, it } from 'vitest';
import { alloc, id, serverStart, serverTime } from '../cluster/nomad.fixture.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { Allocation } from '../nomad/types.ts';
import { allocStop } from './alloc-stop.ts';
import type { Candidate } from './fault.ts';

function viewOf(over: Partial<Allocation> = {}) {
  const view = createView();
  view.applyAllocs('default', 'web', [alloc(0, over)], 200);
  return view;
}

function candidateOf(view: MutableView): Candidate {
  const found = view.alloc(id(0));
  if (found === undefined) throw new Error('not in the view');
  return { kind: 'allocation', alloc: found };
}

function plannedOf(view: MutableView, input: Record<string, unknown> = {}) {
  const [planned] = allocStop.plan(candidateOf(view), { params: allocStop.parameters.parse(input), view });
  if (planned === undefined) throw new Error('nothing planned');
  return planned;
}

const moved = { DesiredTransition: { Migrate: true } };
const stopped = { ...moved, DesiredStatus: 'stop', ModifyTime: serverTime(800) } as const;

describe('the call of alloc-stop', () => {
  it.each([
    [{}, false],
    [{ no_shutdown_delay: 'true' }, true],
  ])('with %o may be repeated until it is confirmed', (input, noShutdownDelay) => {
    expect(plannedOf(viewOf(), input)).toEqual({
      target: { kind: 'allocation', namespace: 'default', job: 'web', group: 'cache', alloc: id(0), node: id(900) },
      call: { op: 'alloc-stop', namespace: 'default', alloc: id(0), noShutdownDelay },
      sending: 'repeatable',
      before: { modify_index: 100 },
    });
  });

  it.each<[Partial<Allocation>, string | undefined]>([
    [{}, undefined],
    [{ DesiredStatus: 'stop' }, 'it is being stopped already (desired is stop)'],
    [moved, 'it is being moved off its node already'],
  ])('leaves %o out: %s', (over, why) => {
    const view = viewOf(over);
    expect(allocStop.exclude?.(candidateOf(view), { params: { no_shutdown_delay: false }, view })).toBe(why);
  });
});

describe('what alloc-stop takes for its effect', () => {
  it.each<[string, number | undefined, Partial<Allocation>, boolean]>([
    ['the mark to move alone', 210, { ...moved, ModifyIndex: 210 }, false],
    ['a desired stop past the answer', 210, { ...stopped, ModifyIndex: 211 }, true],
    ['a desired stop at the answer', 210, { ...stopped, ModifyIndex: 210 }, true],
    ['a desired stop before the answer', 215, { ...stopped, ModifyIndex: 211 }, false],
    ['a marked stop, where no answer came', undefined, { ...stopped, ModifyIndex: 211 }, true],
    ['a stop of another kind, where no answer came', undefined, { DesiredStatus: 'stop', ModifyIndex: 211 }, false],
    ['a lost allocation that is still desired', 210, { ClientStatus: 'lost', ModifyIndex: 211 }, false],
  ])('is decided by %s', (_, answeredIndex, over, seen) => {
    const view = viewOf();
    const intent = { ...plannedOf(view), ...(answeredIndex === undefined ? {} : { answeredIndex }) };
    view.applyAllocs('default', 'web', [alloc(0, over)], 300);
    const observation = allocStop.observe(intent, view);
    expect(observation.seen).toBe(seen);
    if (observation.seen) expect(observation.at).toEqual({ server: serverStart + 800 });
  });

  it('is never a collected allocation', () => {
    const view = viewOf();
    const intent = { ...plannedOf(view), answeredIndex: 210 };
    view.applyAllocs('default', 'web', [], 300);
    expect(allocStop.observe(intent, view)).toMatchObject({ seen: false, why: expect.stringContaining('no proof') });
  });
});
