import { describe, expect, it } from 'vitest';
import { alloc, job, started, task } from '../cluster/nomad.fixture.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { Allocation, Job } from '../nomad/types.ts';
import { nomad } from './nomad.ts';
import type { Baseline } from './probe.ts';
import { readProbe } from './reading.ts';

const context = { namespace: 'default' };

function viewOf(allocs: readonly Allocation[], over: Partial<Job> = {}, index = 200): MutableView {
  const view = createView();
  view.applyJob(job(over));
  view.applyAllocs('default', 'web', allocs, index);
  return view;
}

const restarted = (n: number, Restarts: number, over: Partial<Allocation> = {}) =>
  alloc(n, { TaskStates: { web: task(started, { Restarts }) }, ...over });

function read(written: unknown, expected: unknown = {}) {
  const reading = readProbe(nomad, { with: written, expect: expected });
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('; '));
  return { params: nomad.parameters.parse(reading.value.with), expect: nomad.expectations.parse(expected) };
}

function judge(view: MutableView, expected: unknown = {}, written: unknown = 'web', baseline?: Baseline) {
  const { params, expect: wanted } = read(written, expected);
  const noted = baseline === undefined ? {} : { baseline };
  return nomad.judge(params, wanted, { kind: 'view', namespace: 'default', view, ...noted });
}

function baselineOf(view: MutableView): Baseline {
  const noted = nomad.baseline?.(read('web').params, context, view);
  if (noted === undefined) throw new Error('no baseline');
  return noted;
}

const whole = [alloc(0), alloc(1), alloc(2)];
const failed = alloc(2, { ClientStatus: 'failed', ModifyIndex: 150 });

describe('what nomad asks', () => {
  it('is the view of the job in the namespace of the spec', () => {
    const of = { namespace: 'default', job: 'web' };
    expect(nomad.ask(read('web').params, context)).toEqual({
      op: 'view',
      namespace: 'default',
      reads: [
        { op: 'read-job', ...of },
        { op: 'list-job-allocs', ...of },
        { op: 'list-job-deployments', ...of },
      ],
    });
  });

  it.each<[unknown, unknown, string, string | undefined]>([
    ['web', { healthy: 'ALL' }, 'expect.healthy', 'all'],
    ['web', { healthy: 'many' }, 'expect.healthy', undefined],
    ['web', { restarts: 'few' }, 'expect.restarts', undefined],
    ['web', { deployment: 'succesful' }, 'expect.deployment', 'successful'],
    ['web', { deployment: [] }, 'expect.deployment', undefined],
    [{ job: '' }, {}, 'nomad.job', undefined],
    [{}, {}, 'nomad.job', undefined],
  ])('refuses %j expecting %j', (written, expected, key, didYouMean) => {
    const reading = readProbe(nomad, { with: written, expect: expected });
    expect(reading).toMatchObject({ ok: false, problems: [{ key }] });
    if (!reading.ok) expect(reading.problems[0]?.didYouMean).toBe(didYouMean);
  });
});

describe('how nomad judges what is healthy', () => {
  it.each<[string, readonly Allocation[], Partial<Job>, unknown, string | undefined]>([
    ['all of them', whole, {}, {}, undefined],
    ['one failed', [alloc(0), alloc(1), failed], {}, {}, '2 of 3 are healthy: web.cache[2] (00000002): it is failed'],
    ['one failed, and two are enough', [alloc(0), alloc(1), failed], {}, { healthy: '>= 2' }, undefined],
    ['one failed, and two are too few', [alloc(0), alloc(1), failed], {}, { healthy: '> 2' }, '2 are healthy, not > 2'],
    ['one missing', [alloc(0), alloc(1)], {}, {}, '2 of 3 are healthy'],
    ['none of a stopped job', [], { Stop: true }, {}, 'nothing is meant to run'],
    ['none of a stopped job, as expected', [], { Stop: true }, { healthy: 0 }, undefined],
  ])('%s', (_, allocs, over, expected, why) => {
    const result = judge(viewOf(allocs, over), expected);
    expect(result.ok).toBe(why === undefined);
    if (why !== undefined) expect(result.why).toContain(why);
  });

  it('of one group, and says which there are', () => {
    const view = viewOf(whole);
    expect(judge(view, {}, { job: 'web', group: 'cache' })).toEqual({ ok: true, observed: '3 of 3 healthy', value: 3 });
    expect(judge(view, {}, { job: 'web', group: 'cach' }).why).toBe('job web has no group cach; did you mean cache?');
    expect(judge(view, {}, { job: 'web', group: 'x' }).why).toContain('its groups are cache');
  });

  it('of a job that is not there', () => {
    expect(judge(createView()).why).toBe('job web is not known yet in default');
    const view = viewOf(whole);
    view.removeJob('default', 'web');
    expect(judge(view)).toMatchObject({ ok: false, observed: 'no job', why: 'job web does not exist in default' });
  });
});

describe('how nomad judges a deployment', () => {
  const deployment = (Status: string) => ({ ID: 'd', Namespace: 'default', JobID: 'web', Status, ModifyIndex: 210 });
  it.each([
    ['successful', 'successful', true],
    ['successful', 'running', false],
    ['running, successful', 'running', true],
    ['none', undefined, true],
    ['successful', undefined, false],
  ])('%s by %s', (wanted, found, ok) => {
    const view = viewOf(whole);
    if (found !== undefined) view.applyDeployments('default', 'web', [deployment(found)], 220);
    const result = judge(view, { deployment: wanted });
    expect(result.ok).toBe(ok);
    expect(result.observed).toContain(found === undefined ? 'no deployment' : `deployment ${found}`);
  });
});

describe('how nomad judges restarts', () => {
  const before = viewOf([restarted(0, 4), alloc(1), restarted(2, 7, { ClientStatus: 'failed', ModifyIndex: 150 })]);

  it('notes what had been before, in few numbers', () => {
    expect(baselineOf(before)).toEqual({ restarts: 4, index: 150 });
    expect(baselineOf(createView())).toEqual({ restarts: 0, index: 0 });
  });

  it.each<[string, readonly Allocation[], number]>([
    ['none', [restarted(0, 4), alloc(1), restarted(2, 7, { ClientStatus: 'failed', ModifyIndex: 150 })], 0],
    ['one in place', [restarted(0, 5, { ModifyIndex: 300 }), alloc(1)], 1],
    ['two in one that ended meanwhile', [restarted(0, 6, { ClientStatus: 'failed', ModifyIndex: 300 }), alloc(1)], 2],
    ['three in a new one', [restarted(0, 4), alloc(1), restarted(5, 3, { CreateIndex: 300, ModifyIndex: 310 })], 3],
    ['none where what had ended was collected', [restarted(0, 4), alloc(1)], 0],
    ['not fewer than none', [alloc(1)], 0],
  ])('since then: %s', (_, allocs, count) => {
    const view = viewOf(allocs, {}, 400);
    const noted = baselineOf(before);
    const loose = { healthy: '>= 0', restarts: `= ${count}` };
    expect(judge(view, loose, 'web', noted)).toMatchObject({
      ok: true,
      observed: expect.stringContaining(`${count} restarts`),
    });
    expect(judge(view, { ...loose, restarts: `> ${count}` }, 'web', noted).why).toBe(
      `${count} restarts, not > ${count}`,
    );
  });

  it('can’t be told where nothing was noted', () => {
    expect(judge(viewOf(whole), { restarts: '< 5' })).toMatchObject({
      ok: false,
      why: expect.stringContaining('nothing was noted'),
      observed: '3 of 3 healthy, restarts not known',
    });
  });
});
