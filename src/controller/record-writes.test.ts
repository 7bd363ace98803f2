import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, disableNode, killWeb, killWebOften, refused, wideLimits } from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

const isRecord = ({ call }: Asked, of = '') => call.op === 'write-variable' && call.path.startsWith(`chaos/runs/${of}`);
const tooLarge = refused('invalid', 'not sent: the record takes 60000 bytes, and at most 57344 fit');

/** Writes a record got, by its path. */
function writesOf(member: Member): readonly number[] {
  const counts = new Map<string, number>();
  for (const { call } of member.records()) counts.set(call.path, (counts.get(call.path) ?? 0) + 1);
  return [...counts.values()];
}

describe('a run that hits many jobs', () => {
  it('writes its record at most twelve times, though each effect is seen on its own', () => {
    const { world, nomad, member } = aScene(faults, { ...wideLimits, max_runs_per_job: '5' });
    for (let i = 0; i < 12; i += 1) nomad.addJob(`svc${i}`, 4);
    let n = 0;
    member.fate = ({ call }) => {
      if (call.op !== 'read-job' && call.op !== 'list-job-allocs') return undefined;
      n += 1;
      return { after: (n * 37) % 900 };
    };
    const items = { fault: 'job-scale', target_job: 'svc*', target_mode: 'all', duration: '60s', every: '30s' };
    world.schedule('default', 's', items);
    world.pass(110_000);
    expect(member.calls('job-scale')).toHaveLength(24);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(writesOf(member)[0]).toBeLessThanOrEqual(12);
  });

  it('has what was seen on record long before its end, also where one effect is never seen', () => {
    const { world, nomad, member } = aScene(faults, { ...wideLimits, max_runs_per_job: '5' });
    for (const each of ['svc0', 'svc1', 'svc2']) nomad.addJob(each, 4);
    member.fate = ({ call }) => {
      const isBlind = member.calls('job-scale').length > 0 && member.calls('job-scale').length < 6;
      return isBlind && call.op === 'read-job' && call.job === 'svc1' ? refused('error', '500') : undefined;
    };
    const items = { fault: 'job-scale', target_job: 'svc*', target_mode: 'all', duration: '60s', at: 'now' };
    world.schedule('default', 's', items);
    world.pass(40_000);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    const [path = ''] = nomad.paths(home, 'chaos/runs/');
    const seen = (JSON.parse(nomad.items(home, path)?.['body'] ?? '{}').intents as { effect?: object }[]).map(
      ({ effect }) => effect !== undefined,
    );
    expect(seen.filter(each => each)).toHaveLength(2);
    world.pass(300_000);
    expect(writesOf(member)[0]).toBeLessThanOrEqual(12);
  });
});

describe('a record that is refused for good', () => {
  it('as a claim ends its run, says so, and crowds nobody out', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.addJob('other', 4);
    member.fate = asked => (isRecord(asked, 'default_big') ? tooLarge : undefined);
    world.schedule('default', 'big', { ...killWebOften, every: '60s', concurrency: 'allow' });
    world.schedule('default', 'ok', { fault: 'alloc-kill', target_job: 'other', every: '60s' });
    world.pass(30 * 60_000 + 1_000);
    expect(member.open().filter(({ run }) => run.schedule === 'big')).toEqual([]);
    expect(world.status('default', 'big')).toMatchObject({
      state: 'accepted',
      last_verdict: 'refused',
      last_reason: 'record_refused',
    });
    expect(member.notes('verdict').find(each => each.schedule === 'big')).toMatchObject({ verdict: 'refused' });
    expect(member.notes('verdict').filter(each => each.schedule === 'ok').length).toBeGreaterThan(25);
  });

  it('as the claim of a request is answered', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = asked => (isRecord(asked) ? tooLarge : undefined);
    world.schedule('default', 'k', { ...killWeb, at: '2099-01-01T00:00:00Z' });
    nomad.put('default', 'chaos/requests/r1', { action: 'run', schedule: 'k' });
    world.pass(10_000);
    expect(nomad.items('default', 'chaos/status/requests/r1')).toMatchObject({
      state: 'done',
      verdict: 'refused',
      reason: 'record_refused',
      message: expect.stringContaining('60000 bytes'),
    });
    expect(nomad.items('default', 'chaos/requests/r1')).toBeUndefined();
  });

  it('later is written without what only its report needs, and ends in order', () => {
    const { world, nomad, node, member } = aScene(faults, undefined, {});
    const limit = { bytes: Number.POSITIVE_INFINITY };
    member.fate = asked => {
      if (asked.call.op !== 'write-variable' || !isRecord(asked)) return undefined;
      const { state, body = '' } = asked.call.items;
      if (state === 'injecting') limit.bytes = body.length + 700;
      return body.length > limit.bytes ? tooLarge : undefined;
    };
    world.schedule(home, 'n', disableNode());
    world.pass(6_000);
    const [entry] = member.controller.core.runs.values();
    const points = Array.from({ length: 200 }, (_, i): [number, number, 1] => [i, 1, 1]);
    const samples = { count: 200, failures: 0, points, stride: 1 };
    if (entry !== undefined) {
      const { run, state } = entry.standing;
      entry.standing = { state, run: { ...run, samples: { 'during it': samples } } };
    }
    world.pass(60_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    const [path = ''] = nomad.paths(home, 'chaos/runs/');
    expect(JSON.parse(nomad.items(home, path)?.['body'] ?? '{}')).toMatchObject({
      samples: { 'during it': { count: 200, failures: 0, points: [] } },
      intents: [{ undoState: 'undone' }],
    });
  });

  it('later, whatever is left out of it, makes its run stuck, and is tried again seldom', () => {
    const { world, nomad, node, member } = aScene(faults);
    const isFull = { now: true };
    const late = ['reverting', 'recovering', 'reporting', 'done'];
    member.fate = asked => {
      if (!isFull.now || asked.call.op !== 'write-variable' || !isRecord(asked)) return undefined;
      return late.includes(asked.call.items['state'] ?? '') ? tooLarge : undefined;
    };
    world.schedule(home, 'n', disableNode());
    world.pass(600_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.open()).toMatchObject([{ state: 'reporting' }]);
    expect(member.summary()).toMatchObject({ stuckRuns: 1, open: [{ stuck: true, state: 'reporting' }] });
    expect(member.notes('stuck')).toMatchObject([{ reason: expect.stringContaining('60000 bytes') }]);
    expect(world.status(home, 'n')).toMatchObject({
      state: 'running',
      reason: 'stuck',
      message: expect.stringContaining('60000 bytes'),
    });
    expect(member.records().length).toBeLessThan(40);
    isFull.now = false;
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(member.summary().stuckRuns).toBe(0);
    expect(world.status(home, 'n')).not.toHaveProperty('reason');
  });
});
