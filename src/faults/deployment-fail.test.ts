import { describe, expect, it } from 'vitest';
import { id } from '../cluster/nomad.fixture.ts';
import type { MutableView } from '../cluster/view.ts';
import { deploymentFail } from './deployment-fail.ts';
import { contextFor, deploymentOf, onlyOne, plannedFor, webOf, webView } from './on-job.fixture.ts';

function viewOf(over: object = {}): MutableView {
  const view = webView();
  view.applyDeployments('default', 'web', [deploymentOf(70, over)], 100);
  return view;
}

function newest(view: MutableView) {
  const deployment = view.deployment('default', 'web');
  if (deployment === undefined) throw new Error('no deployment in the view');
  return { kind: 'deployment', job: webOf(view), deployment } as const;
}

const planned = (view: MutableView) => onlyOne(plannedFor(deploymentFail, newest(view), view));

describe('the call of deployment-fail', () => {
  it('fails one deployment, which nothing undoes', () => {
    expect(planned(viewOf())).toEqual({
      target: { kind: 'deployment', namespace: 'default', job: 'web', deployment: id(70) },
      call: { op: 'deployment-fail', namespace: 'default', deployment: id(70) },
      sending: 'repeatable',
      before: { status: 'running', modify_index: 100 },
    });
    expect(deploymentFail).toMatchObject({ undoClass: 'irreversible', lasts: false });
  });

  it.each([
    ['running', undefined],
    ['paused', undefined],
    ['successful', 'it is successful'],
    ['failed', 'it is failed'],
    ['cancelled', 'it is cancelled'],
  ])('judges a deployment that is %s', (Status, why) => {
    const view = viewOf({ Status });
    expect(deploymentFail.exclude?.(newest(view), contextFor(deploymentFail, view))).toBe(why);
    expect(deploymentFail.harms?.(newest(view), contextFor(deploymentFail, view))).toEqual([]);
  });

  it('is mended by hand by running the job again', () => {
    expect(deploymentFail.byHand(planned(viewOf()).target)).toBe('nomad job run <the file of job web>');
  });
});

describe('what deployment-fail takes for its effect', () => {
  const at = (ModifyIndex: number, Status: string) => deploymentOf(70, { ModifyIndex, Status });
  const follower = (CreateIndex: number) => deploymentOf(71, { CreateIndex, ModifyIndex: CreateIndex });

  it.each<[string, number | undefined, readonly object[], object]>([
    ['its failure', 110, [at(110, 'failed')], { seen: true, evidence: 'it failed (index 110)', at: {} }],
    [
      'the rollback that followed it',
      110,
      [at(110, 'failed'), follower(112)],
      { seen: true, evidence: 'deployment 00000071 followed it (running)' },
    ],
    ['one that took its place before the call', 110, [at(104, 'cancelled'), follower(105)], { seen: false }],
    ['one that followed, without an answer', undefined, [at(110, 'failed'), follower(112)], { seen: false }],
    [
      'its failure without an answer',
      undefined,
      [at(110, 'failed')],
      { seen: false, why: 'it failed, but no answered call of ours did that' },
    ],
    ['its failure known from before the answer', 110, [at(105, 'failed')], { seen: false }],
    ['its success', 110, [at(120, 'successful')], { seen: false, why: 'it is successful' }],
    ['its absence', 110, [], { seen: false, why: "the deployment can't be seen" }],
  ])('is decided by %s', (_, answeredIndex, news, observation) => {
    const view = viewOf();
    const intent = { ...planned(view), ...(answeredIndex === undefined ? {} : { answeredIndex }) };
    view.applyDeployments('default', 'web', news, 300);
    expect(deploymentFail.observe(intent, view)).toMatchObject(observation);
  });
});
