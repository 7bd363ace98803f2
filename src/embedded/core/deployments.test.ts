import { describe, expect, it } from 'vitest';
import { createHand, type Hand, jobBody, mockTask, seconds } from './testing.ts';

const register = (hand: Hand, shape: Parameters<typeof jobBody>[0] = {}) => hand.ask('PUT', '/v1/jobs', jobBody(shape));
const latest = (hand: Hand) =>
  hand.ask('GET', '/v1/job/web/deployment').body as {
    ID: string;
    Status: string;
    StatusDescription: string;
    JobVersion: number;
  };
/** Listed by id: here in the order in which they were made. */
const inOrder = (hand: Hand) =>
  (hand.ask('GET', '/v1/job/web/deployments').body as { CreateIndex: number }[]).sort(
    (a, b) => a.CreateIndex - b.CreateIndex,
  );
const changed = (more: object = {}) => ({ tasks: [mockTask('t', { run_for: '500h', ...more })] });
const live = (hand: Hand) =>
  hand.allocs('web').filter(alloc => alloc.DesiredStatus === 'run' && alloc.ClientStatus === 'running');

describe('a deployment', () => {
  it('succeeds once all are healthy, and makes the version stable', () => {
    const hand = createHand();
    register(hand, { count: 3 });
    hand.run(900);
    expect(latest(hand)).toMatchObject({ Status: 'running', StatusDescription: 'Deployment is running' });
    hand.run(5000);
    expect(latest(hand)).toMatchObject({
      Status: 'successful',
      StatusDescription: 'Deployment completed successfully',
      TaskGroups: { g: { DesiredTotal: 3, PlacedAllocs: 3, HealthyAllocs: 3 } },
    });
    expect(hand.ask('GET', '/v1/job/web').body).toMatchObject({ Stable: true });
    expect(live(hand).every(alloc => alloc.DeploymentStatus?.Healthy === true)).toBe(true);
  });

  it('takes min_healthy_time and about two seconds', () => {
    const hand = createHand();
    register(hand, { group: { Update: { MinHealthyTime: seconds(10) } } });
    hand.run(10_000);
    expect(latest(hand).Status).toBe('running');
    hand.run(3000);
    expect(latest(hand).Status).toBe('successful');
  });

  it('is not made without max_parallel, nor for batch jobs', () => {
    for (const shape of [
      { group: { Update: { MaxParallel: 0 } } },
      { type: 'batch' as const, group: { Update: null } },
    ]) {
      const hand = createHand();
      register(hand, shape);
      hand.run(5000);
      expect(hand.ask('GET', '/v1/job/web/deployments').body).toEqual([]);
      expect(live(hand)).toHaveLength(1);
    }
  });

  it('replaces changed tasks one after another, and never more at a time than max_parallel', () => {
    const hand = createHand();
    register(hand, { count: 3 });
    hand.run(10_000);
    register(hand, { count: 3, ...changed() });
    let least = 3;
    for (let waited = 0; waited < 15_000; waited += 100) {
      hand.run(100);
      least = Math.min(least, live(hand).length);
    }
    expect(least).toBe(2);
    expect(live(hand)).toHaveLength(3);
    expect(live(hand).every(alloc => alloc.JobVersion === 1)).toBe(true);
    expect(latest(hand)).toMatchObject({ Status: 'successful', JobVersion: 1 });
  });

  it('updates in place what keeps its tasks: the allocations stay', () => {
    const hand = createHand();
    register(hand, { count: 2 });
    hand.run(10_000);
    const before = live(hand).map(alloc => alloc.ID);
    register(hand, { count: 3 });
    hand.run(10_000);
    expect(
      live(hand)
        .filter(alloc => before.includes(alloc.ID))
        .map(alloc => alloc.JobVersion),
    ).toEqual([1, 1]);
  });

  it('fails for unhealthy allocations that are not placed again', () => {
    const hand = createHand();
    const group = { RestartPolicy: { Attempts: 0 }, ReschedulePolicy: { Attempts: 0, Unlimited: false } };
    register(hand, { runFor: '200ms', exitCode: 1, group });
    hand.run(3000);
    expect(latest(hand)).toMatchObject({ Status: 'failed', StatusDescription: 'Failed due to unhealthy allocations' });
    expect(hand.allocs('web')[0]?.TaskStates?.['t']?.Events?.at(-1)).toMatchObject({
      Type: 'Alloc Unhealthy',
      DisplayMessage: 'Unhealthy because of failed task',
    });
  });

  it('fails at its progress deadline, and goes back to the stable version where that is asked for', () => {
    const hand = createHand();
    const group = {
      Update: {
        MinHealthyTime: seconds(1),
        HealthyDeadline: seconds(20),
        ProgressDeadline: seconds(30),
        AutoRevert: true,
      },
    };
    register(hand, { group });
    hand.run(10_000);
    register(hand, { group, tasks: [mockTask('t', { start_delay: '10m' })] });
    hand.run(31_000);
    expect(inOrder(hand)).toMatchObject([
      {},
      { Status: 'failed', StatusDescription: 'Failed due to progress deadline - rolling back to job version 0' },
      { JobVersion: 2 },
    ]);
    hand.run(10_000);
    expect(live(hand)).toMatchObject([{ JobVersion: 2 }]);
    expect(latest(hand).Status).toBe('successful');
  });

  it('pauses and resumes, both more than once, moves nothing meanwhile, and is over once failed', () => {
    const hand = createHand();
    register(hand, { count: 3 });
    hand.run(10_000);
    register(hand, { count: 3, ...changed() });
    hand.run(50);
    const { ID } = latest(hand);
    const pause = (Pause: boolean) => hand.ask('PUT', `/v1/deployment/pause/${ID}`, { DeploymentID: ID, Pause });
    expect([pause(true).status, pause(true).status]).toEqual([200, 200]);
    hand.run(20_000);
    expect(latest(hand).Status).toBe('paused');
    expect(live(hand).filter(alloc => alloc.JobVersion === 1)).toHaveLength(1);
    expect([pause(false).status, pause(false).status]).toEqual([200, 200]);
    hand.run(3000);
    expect(hand.ask('PUT', `/v1/deployment/fail/${ID}`).status).toBe(200);
    expect(latest(hand)).toMatchObject({ Status: 'failed', StatusDescription: 'Deployment marked as failed' });
    expect(pause(false)).toMatchObject({ status: 500, body: "can't resume terminal deployment" });
    expect(hand.ask('PUT', `/v1/deployment/fail/${ID}`)).toMatchObject({
      status: 500,
      body: "can't fail terminal deployment",
    });
  });

  it('that was paused for longer than its progress deadline has all of it anew, and then fails', () => {
    const hand = createHand();
    const Update = { MinHealthyTime: seconds(1), HealthyDeadline: seconds(20), ProgressDeadline: seconds(30) };
    register(hand, { group: { Update }, tasks: [mockTask('t', { start_delay: '10m' })] });
    hand.run(1000);
    const { ID } = latest(hand);
    const pause = (Pause: boolean) => hand.ask('PUT', `/v1/deployment/pause/${ID}`, { DeploymentID: ID, Pause });
    pause(true);
    hand.run(60_000);
    pause(false);
    hand.run(29_000);
    expect(latest(hand).Status).toBe('running');
    hand.run(2000);
    expect(latest(hand)).toMatchObject({ Status: 'failed', StatusDescription: 'Failed due to progress deadline' });
  });

  it('is cancelled by a newer version and by the end of the job', () => {
    const hand = createHand();
    register(hand);
    hand.run(200);
    register(hand, changed());
    hand.run(200);
    expect(inOrder(hand)).toMatchObject([
      { Status: 'cancelled', StatusDescription: 'Cancelled due to newer version of job' },
      { Status: 'running' },
    ]);
    hand.ask('DELETE', '/v1/job/web');
    hand.run(200);
    expect(latest(hand)).toMatchObject({ Status: 'cancelled', StatusDescription: 'Cancelled because job is stopped' });
  });
});
