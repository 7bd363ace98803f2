import { describe, expect, it } from 'vitest';
import { createView, type MutableView } from '../cluster/view.ts';
import type { Injected } from './fault.ts';
import { contextFor, onlyOne, plannedFor, run } from './on-job.fixture.ts';
import { schedulerPause } from './scheduler-pause.ts';

const preemption = { SystemSchedulerEnabled: true, BatchSchedulerEnabled: false };

function configuration(over: object = {}) {
  const about = { SchedulerAlgorithm: 'binpack', PreemptionConfig: preemption, RejectJobRegistration: false };
  return { ...about, PauseEvalBroker: false, CreateIndex: 5, ModifyIndex: 50, ...over };
}

function viewOf(over: object = {}): MutableView {
  const view = createView();
  view.applyScheduler('global', { SchedulerConfig: configuration(over) }, 100);
  return view;
}

function regionIn(view: MutableView) {
  const region = view.region();
  if (region === undefined) throw new Error('no region in the view');
  return { kind: 'region', region } as const;
}

const planned = (view: MutableView) => onlyOne(plannedFor(schedulerPause, regionIn(view), view));

/** What became known of the configuration after the plan of an intent with those answers. */
function told(answers: Partial<Injected>, over: object) {
  const view = viewOf();
  const intent = { ...planned(view), ...answers };
  view.applyScheduler('global', { SchedulerConfig: configuration(over) }, 300);
  return { view, intent };
}

describe('the call of scheduler-pause', () => {
  it('writes the configuration as it was read, paused, at its index', () => {
    expect(planned(viewOf())).toEqual({
      target: { kind: 'region', region: 'global' },
      call: { op: 'scheduler-configure', configuration: configuration({ PauseEvalBroker: true }), index: 50 },
      sending: 'repeatable',
      before: { paused: false, modify_index: 50 },
      undo: { op: 'resume', args: {} },
    });
  });

  it('harms no allocation, leaves a paused one out, and wants no other run beside it', () => {
    const view = viewOf();
    const paused = viewOf({ PauseEvalBroker: true });
    expect(schedulerPause.alone).toBe(true);
    expect(schedulerPause.harms?.(regionIn(view), contextFor(schedulerPause, view))).toEqual([]);
    expect(schedulerPause.exclude?.(regionIn(view), contextFor(schedulerPause, view))).toBeUndefined();
    expect(schedulerPause.exclude?.(regionIn(paused), contextFor(schedulerPause, paused))).toBe(
      'its scheduler is paused already',
    );
  });

  it('is undone by hand in one line', () => {
    expect(schedulerPause.byHand({ kind: 'region', region: 'global' })).toBe(
      'nomad operator scheduler set-config -pause-eval-broker=false',
    );
  });
});

const ours = { answeredIndex: 60 };

describe('what scheduler-pause takes for its effect', () => {
  it.each<[string, Partial<Injected>, object, object]>([
    [
      'a pause',
      ours,
      { PauseEvalBroker: true, ModifyIndex: 60 },
      { seen: true, evidence: 'it is paused (index 60)', at: {} },
    ],
    ['a pause without an answer', {}, { PauseEvalBroker: true, ModifyIndex: 60 }, { seen: true }],
    ['a pause known from before the answer', ours, { PauseEvalBroker: true, ModifyIndex: 55 }, { seen: false }],
    ['a configuration without it', ours, { ModifyIndex: 65 }, { seen: false, why: 'it is not paused' }],
    ['the configuration from before', {}, {}, { seen: false, why: expect.stringContaining('older') }],
  ])('is decided by %s', (_, answers, over, observation) => {
    const { view, intent } = told(answers, over);
    expect(schedulerPause.observe(intent, view)).toMatchObject(observation);
  });
});

describe('undoing scheduler-pause', () => {
  const undone = { answeredIndex: 60, undoneIndex: 80 };
  const paused = (ModifyIndex: number, over = {}) => ({ PauseEvalBroker: true, ModifyIndex, ...over });
  const resume = (index: number, over: object = {}) => ({
    kind: 'call',
    call: {
      op: 'scheduler-configure',
      configuration: configuration({ ModifyIndex: index, ...over, PauseEvalBroker: false }),
      index,
    },
  });

  it.each<[string, Partial<Injected>, object, object]>([
    ['is paused', ours, paused(60), resume(60)],
    ['is paused, and the call was not answered', {}, paused(60), resume(60)],
    ['is paused still, and our undo was answered at that index', undone, paused(80), resume(80)],
    [
      'was paused by somebody after our undo: no late call of ours can win then',
      undone,
      paused(90),
      { kind: 'superseded', why: 'somebody paused it again after we had resumed it' },
    ],
    [
      'is paused, and was changed by somebody meanwhile',
      ours,
      paused(70, { SchedulerAlgorithm: 'spread', RejectJobRegistration: true }),
      resume(70, { SchedulerAlgorithm: 'spread', RejectJobRegistration: true }),
    ],
    [
      'goes on by our own call',
      undone,
      { ModifyIndex: 80 },
      { kind: 'undone', after: { paused: false, modify_index: 80 } },
    ],
    ['goes on by somebody else', ours, { ModifyIndex: 70 }, { kind: 'superseded' }],
    ['was never paused, as far as known', {}, {}, { kind: 'undone' }],
    ['is known only from before our call', ours, { ModifyIndex: 55 }, { kind: 'unreachable' }],
    ['is known only from before our undo', undone, paused(70), { kind: 'unreachable' }],
  ])('where the scheduler %s', (_, answers, over, decision) => {
    const { view, intent } = told(answers, over);
    expect(schedulerPause.undo?.(intent, view, run)).toMatchObject(decision);
  });

  it('is not proved where the configuration can not be read', () => {
    expect(schedulerPause.undo?.({ ...planned(viewOf()), ...ours }, createView(), run)).toMatchObject({
      kind: 'unreachable',
    });
  });
});
