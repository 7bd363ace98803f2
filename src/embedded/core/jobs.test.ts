import { describe, expect, it } from 'vitest';
import { createHand, type Hand, jobBody, mockTask } from './testing.ts';

const register = (hand: Hand, shape: Parameters<typeof jobBody>[0] = {}, more: object = {}) =>
  hand.ask('PUT', '/v1/jobs', { ...jobBody(shape), ...more });
const scale = (hand: Hand, Count: number | null, more: object = {}) =>
  hand.ask('POST', '/v1/job/web/scale', { Count, Target: { Group: 'g' }, ...more });
const job = (hand: Hand) => hand.ask('GET', '/v1/job/web').body as Readonly<Record<string, unknown>>;

interface Versioned {
  readonly Version: number;
  readonly VersionTag: { readonly Name: string } | null;
}

describe('a registered job', () => {
  it('is completed with Nomad’s defaults', () => {
    const hand = createHand();
    hand.ask('PUT', '/v1/jobs', {
      Job: { ID: 'web', TaskGroups: [{ Name: 'g', Tasks: [{ Name: 't', Driver: 'mock_driver' }] }] },
    });
    expect(job(hand)).toMatchObject({
      Name: 'web',
      Namespace: 'default',
      Type: 'service',
      Priority: 50,
      Version: 0,
      Stop: false,
      TaskGroups: [
        {
          Count: 1,
          RestartPolicy: { Attempts: 2, Interval: 1800e9, Delay: 15e9, Mode: 'fail' },
          ReschedulePolicy: { Delay: 30e9, DelayFunction: 'exponential', MaxDelay: 3600e9, Unlimited: true },
          Update: { MaxParallel: 1, MinHealthyTime: 10e9, HealthyDeadline: 300e9, ProgressDeadline: 600e9 },
          Tasks: [{ KillTimeout: 5e9, Resources: { CPU: 100, MemoryMB: 300 }, Lifecycle: null }],
        },
      ],
    });
  });

  it('gets a new version only when it changed', () => {
    const hand = createHand();
    const first = register(hand);
    const same = register(hand);
    expect(job(hand)).toMatchObject({ Version: 0, JobModifyIndex: first.index });
    expect((same.body as { EvalID: string }).EvalID).not.toBe('');
    register(hand, { count: 2 });
    expect(job(hand)).toMatchObject({ Version: 1, CreateIndex: first.index });
    expect(hand.ask('GET', '/v1/job/web/versions').body).toMatchObject({ Versions: [{ Version: 1 }, { Version: 0 }] });
  });

  it('is guarded by the index that its writer enforces', () => {
    const hand = createHand();
    const missing = register(hand, {}, { EnforceIndex: true, JobModifyIndex: 9 });
    expect(missing).toMatchObject({ status: 500, body: 'Enforcing job modify index 9: job does not exist' });
    const { index } = register(hand, {}, { EnforceIndex: true, JobModifyIndex: 0 });
    expect(register(hand, {}, { EnforceIndex: true, JobModifyIndex: 0 })).toMatchObject({
      status: 500,
      body: 'Enforcing job modify index 0: job already exists',
    });
    expect(register(hand, {}, { EnforceIndex: true, JobModifyIndex: index + 1 })).toMatchObject({
      status: 500,
      body: `Enforcing job modify index ${index + 1}: job exists with conflicting job modify index: ${index}`,
    });
    expect(register(hand, { count: 2 }, { EnforceIndex: true, JobModifyIndex: index }).status).toBe(200);
  });

  it.each([
    [{}, 400, 'Job must be specified'],
    [{ Job: { ID: 'x y' } }, 500, '2 errors occurred:\n\t* Job ID contains a space\n\t* Missing job task groups\n\n'],
    [
      jobBody({ tasks: [{ Name: 't', Driver: 'raw_exek', Config: { command: 'a' } }] }),
      500,
      expect.stringContaining('did you mean "raw_exec"?'),
    ],
    [
      jobBody({ tasks: [{ Name: 't', Driver: 'raw_exec' }] }),
      500,
      expect.stringContaining('config.command must be a text'),
    ],
    [
      jobBody({ group: { Update: { Canary: 1 } } }),
      500,
      expect.stringContaining('update.canary = 1 is not supported by the embedded cluster'),
    ],
    [jobBody({ job: { Type: 'cron' } }), 500, expect.stringContaining('Invalid job type: "cron"')],
    [jobBody({ job: { Namespace: 'none' } }), 500, 'job "web" is in nonexistent namespace "none"'],
  ])('is refused where it is wrong: %#', (body, status, text) => {
    expect(createHand().ask('PUT', '/v1/jobs', body)).toMatchObject({ status, body: text });
  });

  it('is stopped by a new version, and forgotten by a purge', () => {
    const hand = createHand();
    register(hand);
    hand.run(5000);
    const stopped = hand.ask('DELETE', '/v1/job/web');
    hand.run(3000);
    expect(job(hand)).toMatchObject({ Stop: true, Status: 'dead', Version: 1, JobModifyIndex: stopped.index });
    expect(hand.allocs('web')[0]?.ClientStatus).toBe('complete');
    hand.ask('DELETE', '/v1/job/web', undefined, { query: { purge: 'true' } });
    expect(hand.ask('GET', '/v1/job/web').status).toBe(404);
    expect(hand.ask('DELETE', '/v1/job/web')).toMatchObject({ status: 200, index: 0, body: { EvalID: '' } });
  });

  it('waits as pending for room, and is dead once it has none to wait for', () => {
    const hand = createHand();
    const Constraints = [{ LTarget: '$' + '{node.unique.name}', RTarget: 'none', Operand: '=' }];
    // Without a deployment, which would count as running.
    register(hand, { group: { Constraints, Update: { MaxParallel: 0 } } });
    hand.run(5000);
    expect(job(hand)).toMatchObject({ Status: 'pending' });
    hand.ask('DELETE', '/v1/job/web');
    hand.run(5000);
    expect(job(hand)).toMatchObject({ Status: 'dead' });
  });

  it('runs an earlier version again, and keeps a tagged one through garbage collection', () => {
    const hand = createHand();
    register(hand);
    hand.run(10_000);
    expect(hand.ask('POST', '/v1/job/web/versions/good/tag', { Version: 0 }).status).toBe(200);
    hand.ask('DELETE', '/v1/job/web');
    hand.run(3000);
    hand.ask('PUT', '/v1/system/gc');
    expect(job(hand)).toMatchObject({ Version: 1, Stop: true, VersionTag: { Name: 'good' } });
    expect(hand.ask('POST', '/v1/job/web/revert', { JobVersion: 0, EnforcePriorVersion: 6 })).toMatchObject({
      status: 500,
      body: 'Current job has version 1; enforcing version 6',
    });
    expect(hand.ask('POST', '/v1/job/web/revert', { JobVersion: 0, EnforcePriorVersion: 1 }).status).toBe(200);
    hand.run(5000);
    expect(job(hand)).toMatchObject({ Version: 2, Stop: false, Status: 'running' });
    // The stopped version inherited the tag, and loses it first.
    for (const version of [1, 0]) {
      const tagged = (hand.ask('GET', '/v1/job/web/versions').body as { Versions: Versioned[] }).Versions;
      expect(tagged.find(({ VersionTag }) => VersionTag?.Name === 'good')?.Version).toBe(version);
      hand.ask('DELETE', '/v1/job/web/versions/good/tag');
    }
    expect(hand.ask('DELETE', '/v1/job/web/versions/good/tag')).toMatchObject({
      status: 500,
      body: 'tag "good" not found on job "web"',
    });
    hand.ask('DELETE', '/v1/job/web');
    hand.run(3000);
    hand.ask('PUT', '/v1/system/gc');
    expect(hand.ask('GET', '/v1/job/web').status).toBe(404);
  });

  it('is listed by prefix, with meta on request, and by filter', () => {
    const hand = createHand();
    for (const id of ['web', 'web-2', 'db']) register(hand, { id, job: { Meta: { tier: id } } });
    const list = (query: Readonly<Record<string, string>>) =>
      hand.ask('GET', '/v1/jobs', undefined, { query }).body as { ID: string; Meta?: unknown }[];
    expect(list({ prefix: 'web' }).map(({ ID }) => ID)).toEqual(['web', 'web-2']);
    expect(list({})[0]).not.toHaveProperty('Meta');
    expect(list({ meta: 'true', filter: 'Meta.tier == "db"' })).toMatchObject([{ ID: 'db', Meta: { tier: 'db' } }]);
  });
});

describe('scaling a group', () => {
  it('changes its count, and keeps who did it and why', () => {
    const hand = createHand();
    register(hand, { count: 2 });
    hand.run(10_000);
    expect(scale(hand, 3, { Message: 'more', Meta: { run: 'r1' } }).status).toBe(200);
    hand.run(10_000);
    expect(hand.ask('GET', '/v1/job/web/scale').body).toMatchObject({
      TaskGroups: {
        g: {
          Desired: 3,
          Running: 3,
          Healthy: 3,
          Events: [{ Count: 3, PreviousCount: 2, Message: 'more', Meta: { run: 'r1' } }],
        },
      },
    });
  });

  it('is refused while a deployment runs, though the same by registration is not', () => {
    const hand = createHand();
    register(hand, { count: 2 });
    hand.run(10_000);
    scale(hand, 3);
    hand.run(100);
    expect(scale(hand, 2)).toMatchObject({ status: 400, body: 'job scaling blocked due to active deployment' });
    const JobModifyIndex = job(hand)['JobModifyIndex'];
    expect(register(hand, { count: 2 }, { EnforceIndex: true, JobModifyIndex }).status).toBe(200);
    hand.run(10_000);
    expect(scale(hand, 1).status).toBe(200);
  });

  it.each([
    [{ Count: 1 }, 400, 'group count was less than scaling policy minimum: 1 < 2'],
    [{ Count: 9 }, 400, 'group count was greater than scaling policy maximum: 9 > 4'],
    [{ Count: -1 }, 400, "scaling action count can't be negative"],
    [{ Count: 3, Target: { Group: 'nope' } }, 400, 'task group "nope" specified for scaling does not exist in job'],
    [{ Count: 3, JobModifyIndex: 1 }, 500, /^Enforcing job modify index 1: job exists with conflicting/],
  ])('answers %j with %d', (body, status, text) => {
    const hand = createHand();
    register(hand, { count: 2, group: { Scaling: { Min: 2, Max: 4, Enabled: false } } });
    hand.run(10_000);
    const answer = hand.ask('POST', '/v1/job/web/scale', { Target: { Group: 'g' }, ...body });
    expect(answer).toMatchObject({ status, body: typeof text === 'string' ? text : expect.stringMatching(text) });
  });

  it('of a missing job is a 404', () => {
    expect(scale(createHand(), 1)).toMatchObject({ status: 404, body: 'job "web" not found' });
  });
});

describe('a plan', () => {
  it('says what a registration would place, stop and change, and changes nothing', () => {
    const hand = createHand();
    register(hand, { count: 3 });
    hand.run(10_000);
    const plan = (shape: Parameters<typeof jobBody>[0]) =>
      hand.ask('PUT', '/v1/job/web/plan', { ...jobBody(shape), Diff: true }).body;
    expect(plan({ count: 5 })).toMatchObject({
      Annotations: { DesiredTGUpdates: { g: { Place: 2, InPlaceUpdate: 3 } } },
      Diff: { Type: 'Edited', TaskGroups: [{ Type: 'Edited', Updates: { create: 2, 'in-place update': 3 } }] },
    });
    expect(plan({ count: 1 })).toMatchObject({ Annotations: { DesiredTGUpdates: { g: { Stop: 2 } } } });
    expect(plan({ count: 3, tasks: [mockTask('t', { run_for: '1s' })] })).toMatchObject({
      Annotations: { DesiredTGUpdates: { g: { DestructiveUpdate: 3 } } },
    });
    expect(plan({ count: 3 })).toMatchObject({ Diff: { Type: 'None' } });
    expect(job(hand)['Version']).toBe(0);
  });
});
