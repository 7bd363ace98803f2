import { describe, expect, it } from 'vitest';
import { serverStart, serverTime } from '../cluster/nomad.fixture.ts';
import type { MutableView } from '../cluster/view.ts';
import type { Job } from '../nomad/types.ts';
import type { Candidate, Injected } from './fault.ts';
import { jobStop } from './job-stop.ts';
import { contextFor, plannedFor, run, webAt, webOf, webView } from './on-job.fixture.ts';

interface Version {
  readonly Version: number;
  readonly Stop?: boolean;
  readonly VersionTag?: { readonly Name: string };
}

const webJob = (view: MutableView): Candidate => ({ kind: 'job', job: webOf(view) });

/** Version 4 of `web`, which runs. */
function viewOf(over: Partial<Job> = {}): MutableView {
  const view = webView({ Version: 4, ...over });
  view.applyVersions('default', 'web', [{ Version: 4 }, { Version: 3 }], 90);
  return view;
}

/** The tag and the stop. */
function bothOf(view: MutableView, input = {}): { readonly tag: Injected; readonly stop: Injected } {
  const [tag, stop] = plannedFor(jobStop, webJob(view), view, input);
  if (tag === undefined || stop === undefined) throw new Error('two calls were meant');
  return { tag, stop };
}

const tagName = String(bothOf(viewOf()).tag.undo?.args['tag']);
const bearing = { VersionTag: { Name: tagName } };

describe('the calls of job-stop', () => {
  it('tag the version that runs, and stop the job once that is done', () => {
    const target = { kind: 'job', namespace: 'default', job: 'web' };
    const before = { version: 4, job_modify_index: 90 };
    expect(plannedFor(jobStop, webJob(viewOf()), viewOf())).toEqual([
      {
        target,
        call: {
          op: 'job-tag',
          namespace: 'default',
          job: 'web',
          version: 4,
          tag: tagName,
          description: `Sirocco run ${run}`,
        },
        sending: 'repeatable',
        before,
        undo: { op: 'job-untag', args: { tag: tagName } },
      },
      {
        target,
        call: { op: 'job-stop', namespace: 'default', job: 'web', global: false },
        sending: 'once',
        order: 1,
        before,
        takes: [{ group: 'cache', of: 3, taken: 3 }],
        undo: { op: 'job-revert', args: { version: 4 } },
      },
    ]);
  });

  it('name the tag after the run: short, and another for each', () => {
    expect(tagName).toMatch(/^sirocco-[0-9a-f]{12}$/);
    const view = viewOf();
    const other = jobStop.plan(webJob(view), { ...contextFor(jobStop, view), run: 'another' });
    expect(other[0]?.undo?.args['tag']).not.toBe(tagName);
  });

  it('stop it in every region where that is asked', () => {
    expect(bothOf(viewOf(), { global: 'true' }).stop.call).toMatchObject({ op: 'job-stop', global: true });
  });

  it('rest on the versions of the job too', () => {
    expect(jobStop.reads?.(bothOf(viewOf()).tag.target)).toEqual([
      { op: 'list-job-versions', namespace: 'default', job: 'web' },
    ]);
  });

  it.each<[string, Partial<Job>, string | undefined]>([
    ['that runs', {}, undefined],
    ['that is stopped', { Stop: true }, 'the job is stopped'],
    ['of the system', { Type: 'system' }, 'it is a system job, which ends by itself'],
    [
      'that is started by time',
      { Periodic: {} } as Partial<Job>,
      'the job is started by a dispatch or by time, and does not run by itself',
    ],
    [
      'with a tag of its own',
      { VersionTag: { Name: 'golden' } } as Partial<Job>,
      'its version 4 bears a tag already: golden',
    ],
  ])('judge a job %s', (_, over, why) => {
    const view = viewOf(over);
    expect(jobStop.exclude?.(webJob(view), contextFor(jobStop, view))).toBe(why);
  });

  it('are undone by hand in one line', () => {
    expect(jobStop.byHand({ kind: 'job', namespace: 'shop', job: 'web' })).toBe(
      'nomad job revert -namespace shop web <the version that ran>',
    );
  });
});

describe('what the tag of job-stop takes for its effect', () => {
  it.each<[string, readonly Version[], object]>([
    ['the tag', [{ Version: 4, ...bearing }], { seen: true, evidence: `version 4 bears the tag ${tagName}` }],
    ['another tag', [{ Version: 4, VersionTag: { Name: 'golden' } }], { seen: false }],
    ['the tag on another version', [{ Version: 5, ...bearing }, { Version: 4 }], { seen: false }],
    ['a version that is gone', [{ Version: 5 }], { seen: false }],
  ])('is decided by %s', (_, versions, observation) => {
    const view = viewOf();
    view.applyVersions('default', 'web', versions, 110);
    expect(jobStop.observe(bothOf(viewOf()).tag, view)).toMatchObject(observation);
  });

  it('is nothing where no version was read', () => {
    expect(jobStop.observe(bothOf(viewOf()).tag, webView())).toMatchObject({
      seen: false,
      why: "the job's versions can't be seen",
    });
  });
});

const stopped = { Stop: true, SubmitTime: serverTime(4_000) } as Partial<Job>;

describe('what the stop of job-stop takes for its effect', () => {
  it.each<[string, number | undefined, Job, object]>([
    [
      'our stop',
      120,
      webAt(120, { ...stopped, Version: 5 }),
      { seen: true, evidence: 'it is stopped, as version 5 (index 120)', at: { server: serverStart + 4_000 } },
    ],
    ['our stop of what a deploy had just brought', 120, webAt(120, { ...stopped, Version: 6 }), { seen: true }],
    [
      'a stop without an answer',
      undefined,
      webAt(120, { ...stopped, Version: 5 }),
      { seen: false, why: 'it is stopped, but no answered call of ours did that' },
    ],
    ["somebody's later stop", 120, webAt(150, { ...stopped, Version: 7 }), { seen: false }],
    ['a job that runs again', 120, webAt(150, { Version: 6 }), { seen: false, why: 'it is not stopped, at version 6' }],
    [
      'a job known from before',
      120,
      webAt(110, { Version: 4 }),
      { seen: false, why: 'what is known of the job is older than the call' },
    ],
  ])('is decided by %s', (_, answeredIndex, news, observation) => {
    const view = viewOf();
    const intent = { ...bothOf(view).stop, ...(answeredIndex === undefined ? {} : { answeredIndex }) };
    view.applyJob(news);
    expect(jobStop.observe(intent, view)).toMatchObject(observation);
  });
});

const ours = { answeredIndex: 120 };
const undone = { answeredIndex: 120, undoneIndex: 140 };
const revertTo = (version: number, prior: number) => ({
  kind: 'call',
  call: { op: 'job-revert', namespace: 'default', job: 'web', version, prior },
});

describe('undoing the stop of job-stop', () => {
  it.each<[string, Partial<Injected>, Job, readonly Version[], object]>([
    ['is stopped by us', ours, webAt(120, { ...stopped, Version: 5 }), [], revertTo(4, 5)],
    ['may be stopped by us: no answer came', {}, webAt(120, { ...stopped, Version: 5 }), [], revertTo(4, 5)],
    ['was deployed just before our stop', ours, webAt(120, { ...stopped, Version: 6 }), [], revertTo(5, 6)],
    [
      'was stopped twice by one call of ours',
      ours,
      webAt(121, { ...stopped, Version: 6 }),
      [{ Version: 6, ...stopped } as Version, { Version: 5, ...stopped } as Version, { Version: 4 }],
      revertTo(4, 6),
    ],
    [
      'was stopped again by somebody a while after us',
      ours,
      webAt(150, { Stop: true, SubmitTime: serverTime(6_000), Version: 6 } as Partial<Job>),
      [{ Version: 6, Stop: true }, { Version: 5, ...stopped } as Version, { Version: 4 }],
      { kind: 'superseded' },
    ],
    [
      'was stopped by somebody just before us',
      ours,
      webAt(120, { ...stopped, Version: 6 }),
      [{ Version: 6, Stop: true }, { Version: 5, Stop: true }, { Version: 4 }],
      { kind: 'superseded', why: 'somebody else had stopped it before us, as version 5' },
    ],
    [
      'was stopped a second time by somebody',
      ours,
      webAt(150, { ...stopped, Version: 7 }),
      [],
      { kind: 'superseded', why: 'somebody else stopped it again, as version 7' },
    ],
    [
      'was stopped later than ours might be, which was not answered',
      {},
      webAt(150, { ...stopped, Version: 6 }),
      [],
      { kind: 'superseded' },
    ],
    [
      'was purged, registered anew and stopped',
      ours,
      webAt(200, { ...stopped, Version: 1, CreateIndex: 180 }),
      [],
      { kind: 'superseded', why: 'somebody purged the job meanwhile, and registered it anew' },
    ],
    ['runs again by our own call', undone, webAt(140, { Version: 6 }), [], { kind: 'undone', after: { stop: false } }],
    ['runs by a deploy', ours, webAt(150, { Version: 6 }), [], { kind: 'superseded' }],
    ['was never stopped, as far as known', {}, webAt(91, { Version: 4 }), [], { kind: 'undone' }],
    ['is known only from before our call', ours, webAt(110, { Version: 4 }), [], { kind: 'unreachable' }],
    ['is known only from before our undo', undone, webAt(130, { ...stopped, Version: 5 }), [], { kind: 'unreachable' }],
  ])('where the job %s', (_, answers, news, versions, decision) => {
    const view = viewOf();
    const intent = { ...bothOf(view).stop, ...answers };
    view.applyJob(news);
    if (versions.length > 0) view.applyVersions('default', 'web', versions, 150);
    expect(jobStop.undo?.(intent, view, run)).toMatchObject(decision);
  });

  it('takes a purge for an end, and what was never seen for none', () => {
    const view = viewOf();
    const intent = { ...bothOf(view).stop, ...ours };
    view.removeJob('default', 'web');
    expect(jobStop.undo?.(intent, view, run)).toMatchObject({
      kind: 'superseded',
      why: expect.stringContaining('purged'),
    });
    expect(jobStop.undo?.(intent, webView({ ID: 'other' }), run)).toMatchObject({ kind: 'unreachable' });
  });
});

describe('undoing the tag of job-stop', () => {
  const untag = { kind: 'call', call: { op: 'job-untag', namespace: 'default', job: 'web', tag: tagName } };

  it.each<[string, readonly Version[], object]>([
    [
      'the version that ran and the stopped one bear it',
      [
        { Version: 5, ...bearing },
        { Version: 4, ...bearing },
      ],
      untag,
    ],
    ['one is left', [{ Version: 6 }, { Version: 5 }, { Version: 4, ...bearing }], untag],
    ['none bears it', [{ Version: 6 }, { Version: 5 }], { kind: 'undone', after: { tag: null } }],
    ['only tags of others are left', [{ Version: 5, VersionTag: { Name: 'golden' } }], { kind: 'undone' }],
  ])('where %s', (_, versions, decision) => {
    const view = viewOf();
    view.applyVersions('default', 'web', versions, 160);
    expect(jobStop.undo?.(bothOf(viewOf()).tag, view, run)).toMatchObject(decision);
  });

  it('is not proved where no version was read, and ends with the job', () => {
    const { tag } = bothOf(viewOf());
    const view = webView();
    expect(jobStop.undo?.(tag, view, run)).toMatchObject({ kind: 'unreachable' });
    view.removeJob('default', 'web');
    expect(jobStop.undo?.(tag, view, run)).toMatchObject({ kind: 'superseded' });
  });
});
