import { describe, expect, it } from 'vitest';
import { alloc, id } from '../cluster/nomad.fixture.ts';
import type { MutableView } from '../cluster/view.ts';
import { deploymentPause } from './deployment-pause.ts';
import type { Injected } from './fault.ts';
import { contextFor, deploymentOf, onlyOne, plannedFor, run, webAt, webOf, webView } from './on-job.fixture.ts';

function viewOf(over: object = {}): MutableView {
  const view = webView();
  view.applyDeployments('default', 'web', [deploymentOf(70, over)], 100);
  view.applyAllocs('default', 'web', [alloc(0), alloc(1)], 100);
  return view;
}

function newest(view: MutableView) {
  const deployment = view.deployment('default', 'web');
  if (deployment === undefined) throw new Error('no deployment in the view');
  return { kind: 'deployment', job: webOf(view), deployment } as const;
}

const planned = (view: MutableView) => onlyOne(plannedFor(deploymentPause, newest(view), view));
const pause = (value: boolean) => ({
  op: 'deployment-pause',
  namespace: 'default',
  deployment: id(70),
  pause: value,
});

describe('the call of deployment-pause', () => {
  it('carries its undo, and what was before', () => {
    expect(planned(viewOf())).toEqual({
      target: { kind: 'deployment', namespace: 'default', job: 'web', deployment: id(70) },
      call: pause(true),
      sending: 'repeatable',
      before: { status: 'running', modify_index: 100 },
      undo: { op: 'resume', args: { deployment: id(70) } },
    });
  });

  it.each([
    ['running', undefined],
    ['paused', 'it is paused'],
    ['pending', 'it is pending'],
    ['successful', 'it is successful'],
    ['failed', 'it is failed'],
    ['cancelled', 'it is cancelled'],
  ])('judges a deployment that is %s', (Status, why) => {
    const view = viewOf({ Status });
    expect(deploymentPause.exclude?.(newest(view), contextFor(deploymentPause, view))).toBe(why);
  });

  it('harms no allocation', () => {
    const view = viewOf();
    expect(deploymentPause.harms?.(newest(view), contextFor(deploymentPause, view))).toEqual([]);
  });

  it('is undone by hand in one line', () => {
    expect(deploymentPause.byHand(planned(viewOf()).target)).toBe(
      `nomad deployment resume -detach -namespace default ${id(70)}`,
    );
  });
});

/** What became known of the deployment of an intent with those answers. */
function told(answers: Partial<Injected>, news: readonly object[]) {
  const view = viewOf();
  const intent = { ...planned(view), ...answers };
  view.applyDeployments('default', 'web', news, 300);
  return { view, intent };
}

const at = (ModifyIndex: number, Status: string) => deploymentOf(70, { ModifyIndex, Status });
const ours = { answeredIndex: 110 };

describe('what deployment-pause takes for its effect', () => {
  it.each<[string, Partial<Injected>, object, object]>([
    ['a pause', ours, at(110, 'paused'), { seen: true, evidence: 'it is paused (index 110)', at: {} }],
    ['a pause without an answer', {}, at(110, 'paused'), { seen: true }],
    ['a pause known from before the answer', ours, at(105, 'paused'), { seen: false }],
    ['a deployment that runs', ours, at(120, 'running'), { seen: false, why: 'it is running' }],
    ['a deployment that failed', ours, at(120, 'failed'), { seen: false, why: 'it is failed' }],
    [
      'another deployment',
      ours,
      deploymentOf(71, { CreateIndex: 120, ModifyIndex: 120, Status: 'paused' }),
      { seen: false, why: "the deployment can't be seen" },
    ],
  ])('is decided by %s', (_, answers, news, observation) => {
    const { view, intent } = told(answers, [news]);
    expect(deploymentPause.observe(intent, view)).toMatchObject(observation);
  });

  it('is no pause from before the call', () => {
    const view = viewOf({ Status: 'paused' });
    expect(deploymentPause.observe(planned(view), view)).toMatchObject({
      seen: false,
      why: expect.stringContaining('older'),
    });
  });
});

describe('undoing deployment-pause', () => {
  const undone = { answeredIndex: 110, undoneIndex: 130 };
  const resume = { kind: 'call', call: pause(false) };
  const newer = deploymentOf(71, { CreateIndex: 140, ModifyIndex: 140 });

  it.each<[string, Partial<Injected>, readonly object[], object]>([
    ['is paused', ours, [at(110, 'paused')], resume],
    ['is paused, and the call was not answered', {}, [at(110, 'paused')], resume],
    ['is paused again after our undo: a late call', undone, [at(150, 'paused')], resume],
    ['runs by our own call', undone, [at(130, 'running')], { kind: 'undone', after: { status: 'running' } }],
    ['runs by somebody else', ours, [at(120, 'running')], { kind: 'superseded' }],
    ['was never paused, as far as known', {}, [at(100, 'running')], { kind: 'undone' }],
    ['ended after our own call', undone, [at(160, 'successful')], { kind: 'undone' }],
    [
      'was failed by an operator',
      ours,
      [at(120, 'failed')],
      { kind: 'superseded', why: 'somebody moved it on: it is failed' },
    ],
    [
      'was followed by that of a deploy',
      ours,
      [at(135, 'cancelled'), newer],
      { kind: 'superseded', why: 'a newer deployment took its place: 00000071' },
    ],
    ['was collected', ours, [], { kind: 'superseded', why: expect.stringContaining('gone') }],
    ['is known only from before our call', ours, [at(105, 'running')], { kind: 'unreachable' }],
    ['is known only from before our undo', undone, [at(120, 'paused')], { kind: 'unreachable' }],
  ])('where the deployment %s', (_, answers, news, decision) => {
    const { view, intent } = told(answers, news);
    expect(deploymentPause.undo?.(intent, view, run)).toMatchObject(decision);
  });

  it('takes a purge for an end, also one that was followed by a new job, and what was never seen for none', () => {
    const { view, intent } = told(ours, []);
    view.removeJob('default', 'web');
    expect(deploymentPause.undo?.(intent, view, run)).toMatchObject({
      kind: 'superseded',
      why: expect.stringContaining('purged'),
    });
    view.applyJob(webAt(200, { CreateIndex: 200 }));
    expect(deploymentPause.undo?.(intent, view, run)).toMatchObject({
      kind: 'superseded',
      why: expect.stringContaining('registered it anew'),
    });
    expect(deploymentPause.undo?.(intent, webView({ ID: 'other' }), run)).toMatchObject({ kind: 'unreachable' });
  });
});
