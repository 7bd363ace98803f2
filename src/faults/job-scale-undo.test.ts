import { describe, expect, it } from 'vitest';
import { serverStart } from '../cluster/nomad.fixture.ts';
import type { MutableView } from '../cluster/view.ts';
import type { Job } from '../nomad/types.ts';
import type { Injected } from './fault.ts';
import { jobScale } from './job-scale.ts';
import { cacheOf, deploymentOf, onlyOne, plannedFor, run, sizedAt, webAt, webView } from './on-job.fixture.ts';

const planned = (view: MutableView) => onlyOne(plannedFor(jobScale, cacheOf(view), view));

// Nomad answers a scale with an index that the job itself does not reach: 112 for a job of 110.
const ours = { answeredIndex: 112 };
const undone = { answeredIndex: 112, undoneIndex: 132 };
const back = (index: number) => ({
  kind: 'call',
  call: { op: 'job-scale', group: 'cache', count: 3, index, run, message: `Sirocco run ${run}: back to 3` },
});

describe('undoing job-scale', () => {
  it.each<[string, Partial<Injected>, Job, object]>([
    ['has our count', ours, webAt(110, sizedAt(2)), back(110)],
    ['has our count after a deploy', ours, webAt(140, sizedAt(2)), back(140)],
    ['may have our count: no answer came', {}, webAt(110, sizedAt(2)), back(110)],
    ['was stopped meanwhile, with our count', ours, webAt(140, { ...sizedAt(2), Stop: true }), back(140)],
    ['is as before, by our own call', undone, webAt(130, sizedAt(3)), { kind: 'undone', at: serverStart + 5_000 }],
    [
      'was put back by an answer that got lost',
      { ...ours, undoneIndex: 0 },
      webAt(130, sizedAt(3)),
      { kind: 'undone' },
    ],
    ['never changed, as far as known', {}, webAt(90, sizedAt(3)), { kind: 'undone' }],
    [
      'was put back by somebody else',
      ours,
      webAt(130, sizedAt(3)),
      { kind: 'superseded', why: expect.stringContaining('as it was before') },
    ],
    [
      'was scaled by an autoscaler',
      ours,
      webAt(130, sizedAt(7)),
      { kind: 'superseded', why: 'its count is 7, which is neither ours nor the one before' },
    ],
    [
      'lost the group to a deploy',
      ours,
      webAt(130, { TaskGroups: [] }),
      { kind: 'superseded', why: expect.stringContaining('no longer part of the job') },
    ],
    [
      'was purged and registered anew',
      ours,
      webAt(200, { ...sizedAt(2), CreateIndex: 200 }),
      { kind: 'superseded', why: 'somebody purged the job meanwhile, and registered it anew' },
    ],
    ['is known only from before our call', ours, webAt(90, sizedAt(3)), { kind: 'unreachable' }],
    [
      'was given our count by somebody after our undo: no late call of ours can win then',
      undone,
      webAt(150, sizedAt(2)),
      { kind: 'superseded', why: 'somebody set its count to 2 again after we had put it back' },
    ],
  ])('where the job %s', (_, answers, news, decision) => {
    const view = webView();
    const intent = { ...planned(view), ...answers };
    view.applyJob(news);
    expect(jobScale.undo?.(intent, view, run)).toMatchObject(decision);
  });

  it('takes a purge for an end, and what was never seen for none', () => {
    const view = webView();
    const intent = { ...planned(view), ...ours };
    view.removeJob('default', 'web');
    expect(jobScale.undo?.(intent, view, run)).toMatchObject({
      kind: 'superseded',
      why: expect.stringContaining('purged'),
    });
    expect(jobScale.undo?.(intent, webView({ ID: 'other' }), run)).toMatchObject({ kind: 'unreachable' });
  });
});

describe('undoing job-scale while its deployment is active', () => {
  /** As a read gives it, with what the view does not keep. */
  const whole = { ...webAt(110, sizedAt(2)), Meta: { owner: 'shop' }, Update: { Canary: 1 } };

  function decisionFor(status: string) {
    const view = webView();
    const intent = { ...planned(view), ...ours };
    view.applyJob(whole);
    view.applyDeployments('default', 'web', [deploymentOf(70, { Status: status })], 120);
    return jobScale.undo?.(intent, view, run);
  }

  function makeOf(object: unknown) {
    const decision = decisionFor('running');
    if (decision?.kind !== 'read-then') throw new Error('nothing is read');
    return decision.make(object);
  }

  it.each(['running', 'paused', 'pending', 'blocked', 'unblocking', 'initializing'])(
    'reads the job where it is %s',
    status => {
      expect(decisionFor(status)).toMatchObject({
        kind: 'read-then',
        read: { op: 'read-job', namespace: 'default', job: 'web' },
      });
    },
  );

  it.each(['successful', 'failed', 'cancelled'])('scales where it is %s', status => {
    expect(decisionFor(status)).toMatchObject(back(110));
  });

  it('registers what was read, with only the count changed', () => {
    const other = { ...(whole.TaskGroups ?? [])[0], Name: 'api', Count: 2 };
    const read = { ...whole, TaskGroups: [...(whole.TaskGroups ?? []), other] };
    const [cache] = whole.TaskGroups ?? [];
    expect(makeOf(read)).toEqual({
      op: 'job-register',
      namespace: 'default',
      job: 'web',
      index: 110,
      body: { ...read, TaskGroups: [{ ...cache, Count: 3 }, other] },
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'the job was not read whole'],
    ['a job without groups', { ...whole, TaskGroups: null }, 'the job was not read whole'],
    ['a job of another index', { ...whole, JobModifyIndex: 115 }, 'the job was changed while it was being read'],
    ['another count', { ...whole, ...sizedAt(7) }, 'group cache no longer has our count'],
    ['a job without the group', { ...whole, TaskGroups: [] }, 'group cache no longer has our count'],
  ])('makes no call of %s', (_, object, why) => {
    expect(makeOf(object)).toEqual({ why });
  });
});
