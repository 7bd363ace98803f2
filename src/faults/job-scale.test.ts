import { describe, expect, it } from 'vitest';
import { alloc, serverStart } from '../cluster/nomad.fixture.ts';
import type { MutableView } from '../cluster/view.ts';
import type { Job } from '../nomad/types.ts';
import { readParameters } from '../spec/parameters.ts';
import { jobScale } from './job-scale.ts';
import { cacheOf, contextFor, onlyOne, plannedFor, run, sized, sizedAt, webAt, webView } from './on-job.fixture.ts';

type Input = Readonly<Record<string, unknown>>;

const planned = (view: MutableView, input: Input = {}) => onlyOne(plannedFor(jobScale, cacheOf(view), view, input));

describe('the parameters of job-scale', () => {
  it.each<[string, Input, object]>([
    [
      'two at once',
      { count: '2', percent: '50' },
      {
        code: 'SIR-104',
        key: 'percent',
        message: 'percent: count, delta and percent exclude each other',
        found: 'count and percent',
        allowed: 'one of count, delta and percent',
      },
    ],
    ['all three', { count: 2, delta: -1, percent: 50 }, { key: 'percent', found: 'count and delta and percent' }],
    ['two without a count', { delta: '-1', percent: '50' }, { key: 'percent', found: 'delta and percent' }],
    ['a count below none', { count: '-1' }, { key: 'count', allowed: expect.stringContaining('10000') }],
    ['a count that is not whole', { count: '1.5' }, { key: 'count', found: '1.5', didYouMean: '2' }],
    ['too high a share', { percent: '901' }, { key: 'percent', found: '901' }],
    ['another word', { precent: '1' }, { key: 'precent', didYouMean: 'percent' }],
  ])('refuse %s', (_, input, problem) => {
    const read = readParameters(jobScale, input);
    expect(read.ok ? [] : read.problems).toMatchObject([problem]);
  });

  it('take the highest share that they allow, as text too', () => {
    expect(readParameters(jobScale, { percent: '900' })).toEqual({ ok: true, value: { percent: 900 } });
  });
});

describe('the count of job-scale', () => {
  it.each<[Input, number, number]>([
    [{}, 3, 2],
    [{}, 0, 0],
    [{ delta: '2' }, 3, 5],
    [{ delta: '-2' }, 3, 1],
    [{ delta: '-9' }, 3, 0],
    [{ count: '0' }, 3, 0],
    [{ count: '7' }, 3, 7],
    [{ percent: '50' }, 3, 1],
    [{ percent: '34' }, 3, 1],
    [{ percent: '33' }, 3, 0],
    [{ percent: '0' }, 3, 0],
    [{ percent: '200' }, 3, 6],
    [{ percent: '129.2' }, 250, 323],
  ])('by %o of %i is %i', (input, from, to) => {
    const view = webView(sized(from));
    expect(planned(view, input).call).toMatchObject({ op: 'job-scale', count: to });
  });
});

describe('the call of job-scale', () => {
  it('carries the index of the job, its run and its undo', () => {
    expect(planned(webView({ JobModifyIndex: 80 }))).toEqual({
      target: { kind: 'group', namespace: 'default', job: 'web', group: 'cache' },
      call: {
        op: 'job-scale',
        namespace: 'default',
        job: 'web',
        group: 'cache',
        count: 2,
        index: 80,
        run,
        message: `Sirocco run ${run}: from 3 to 2`,
      },
      sending: 'repeatable',
      before: { count: 3, job_modify_index: 80 },
      takes: [{ group: 'cache', of: 3, taken: 1 }],
      undo: { op: 'job-scale', args: { group: 'cache', count: 3, ours: 2 } },
    });
  });

  it('takes nothing where it adds', () => {
    expect(planned(webView(), { delta: '1' }).takes).toBeUndefined();
  });

  it.each<[string, Partial<Job>, object | undefined, Input, string | undefined]>([
    ['that can be scaled', {}, undefined, {}, undefined],
    ['within its bounds', {}, { Min: 2, Max: 4 }, {}, undefined],
    ['of that count', {}, undefined, { count: '3' }, 'its count is 3 already'],
    ['that loses less than one', {}, undefined, { delta: '0' }, 'its count is 3 already'],
    [
      'that would be too small',
      {},
      { Min: 3, Max: 9 },
      {},
      'a count of 2 is below the minimum of its scaling block, 3',
    ],
    [
      'that would be too large',
      {},
      { Min: 1, Max: 4 },
      { percent: '200' },
      'a count of 6 is above the maximum of its scaling block, 4',
    ],
    ['of a stopped job', { Stop: true }, undefined, {}, 'the job is stopped'],
    ['of a batch job', { Type: 'batch' }, undefined, {}, 'it is a batch job, which ends by itself'],
    [
      'of a job that is dispatched',
      { ParameterizedJob: {} } as Partial<Job>,
      undefined,
      {},
      'the job is started by a dispatch or by time, and does not run by itself',
    ],
  ])('judges a group %s', (_, over, scaling, input, why) => {
    const view = webView(sized(3, over, scaling));
    expect(jobScale.exclude?.(cacheOf(view), contextFor(jobScale, view, input))).toBe(why);
  });

  it.each<[string, Input, number]>([
    ['one of those that run', {}, 1],
    ['as many as it takes away', { count: '1' }, 2],
    ['no more than run', { count: '0' }, 3],
    ['none where it adds', { delta: '4' }, 0],
  ])('harms %s', (_, input, harmed) => {
    const view = webView();
    const gone = alloc(4, { ClientStatus: 'complete', DesiredStatus: 'stop' });
    view.applyAllocs('default', 'web', [gone, alloc(0), alloc(1), alloc(2)], 200);
    const found = jobScale.harms?.(cacheOf(view), contextFor(jobScale, view, input)) ?? [];
    expect(found.map(each => each.client)).toEqual(Array(harmed).fill('running'));
  });

  it('is undone by hand in one line', () => {
    const target = { kind: 'group', namespace: 'shop', job: 'web', group: 'cache' } as const;
    expect(jobScale.byHand(target)).toBe('nomad job scale -namespace shop web cache <the count before>');
  });
});

describe('what job-scale takes for its effect', () => {
  const waits = (why: string) => ({ seen: false, why });

  it.each<[string, number | undefined, Job, object]>([
    ['our count', 112, webAt(110, sizedAt(2)), { seen: true, at: { server: serverStart + 5_000 } }],
    [
      'our count, known from before',
      112,
      webAt(90, sizedAt(2)),
      waits('what is known of the job is older than the call'),
    ],
    ['our count without an answer', undefined, webAt(110, sizedAt(2)), waits('the call was not answered')],
    ['the count before', 112, webAt(110, sizedAt(3)), waits('its count is 3')],
    ["somebody's count", 112, webAt(120, sizedAt(7)), waits('its count is 7')],
    ['a job without the group', 112, webAt(120, { TaskGroups: [] }), waits("the group can't be seen")],
  ])('is decided by %s', (_, answeredIndex, news, observation) => {
    const view = webView();
    const intent = { ...planned(view), ...(answeredIndex === undefined ? {} : { answeredIndex }) };
    view.applyJob(news);
    expect(jobScale.observe(intent, view)).toMatchObject(observation);
  });

  it('names the count, and what it was', () => {
    const view = webView();
    const intent = { ...planned(view), answeredIndex: 112 };
    view.applyJob(webAt(110, sizedAt(2)));
    expect(jobScale.observe(intent, view)).toMatchObject({ evidence: 'its count is 2, and was 3 (index 110)' });
  });
});
