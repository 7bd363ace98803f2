import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { mayBeInForce, type Run } from '../lifecycle/run.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, disableNode, killWeb, limitsPath, stopWeb, wideLimits } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const shadow = { mode: 'shadow' };
const record = (member: Member) => member.records().at(-1)?.call.items ?? {};
const runIn = (member: Member): Run => JSON.parse(record(member)['body'] ?? '{}');
/** Reads, Variables and the lock; every other call is one of a fault. */
const harmless = /^(read-|list-|lock-|write-variable$|delete-variable$)/;
const harm = (member: Member) => member.asked.filter(({ call }) => !harmless.test(call.op));

describe('a shadow run', () => {
  it('goes through everything but the harm, and keeps what it chose', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'web-kill', { ...killWeb, ...shadow, target_count: '2' });
    world.pass(5_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed', reason: 'shadow' }]);
    expect(member.ended()[0]).not.toHaveProperty('hitAt');
    expect(harm(member)).toEqual([]);
    expect(record(member)).toMatchObject({ state: 'done', undo: '' });
    const { intents, message } = runIn(member);
    expect(message).toBe('mode shadow: all of it but the harm');
    expect(intents).toMatchObject([
      { state: 'withheld', message: 'shadow', call: { op: 'alloc-signal' } },
      { state: 'withheld', message: 'shadow', call: { op: 'alloc-signal' } },
    ]);
    const states = member.notes('state').map(({ to }) => to);
    expect(states).toEqual(['admitted', 'targeting', 'limited', 'baseline', 'armed', 'reporting', 'done']);
    expect(member.notes('injection')).toEqual([]);
    expect(member.records()).toHaveLength(3);
    expect(world.status('default', 'web-kill')).toMatchObject({ last_verdict: 'passed', last_reason: 'shadow' });
  });

  it('owes no undo for what would last, and shows none in force', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'closed', disableNode(shadow));
    world.pass(5_000);
    const [intent] = runIn(member).intents;
    expect(intent?.undo).toMatchObject({ op: expect.any(String) });
    expect(intent).not.toHaveProperty('undoState');
    expect(record(member)['undo']).toBe('');
    expect(member.summary()).toMatchObject({ injectionsActive: [], open: [] });
    expect(member.calls('node-eligibility')).toEqual([]);
  });

  it('is no hit, and holds nothing once it ended', () => {
    const { world, member } = aScene(faults, { ...wideLimits, min_interval_per_job: '1h', max_concurrent_runs: '1' });
    world.schedule('default', 'rehearsal', { ...killWeb, ...shadow });
    world.pass(3_000);
    world.schedule('default', 'web-kill', { ...killWeb, start_deadline: '5s' });
    world.pass(20_000);
    expect(member.ended()).toMatchObject([{ reason: 'shadow' }, { schedule: 'web-kill', verdict: 'passed' }]);
    expect(harm(member)).toHaveLength(1);
  });

  it('holds nothing while its verdict is being written', () => {
    const { world, member } = aScene(faults, { ...wideLimits, min_interval_per_job: '1h' });
    member.fate = ({ call }) =>
      call.op === 'write-variable' && call.items['state'] === 'reporting' && call.path.includes('rehearsal')
        ? 'never'
        : undefined;
    world.schedule('default', 'rehearsal', { ...killWeb, ...shadow });
    world.pass(3_000);
    expect(member.open()).toMatchObject([{ state: 'reporting' }]);
    world.schedule('default', 'web-kill', { ...killWeb, start_deadline: '5s' });
    world.pass(20_000);
    expect(member.ended()).toMatchObject([{ schedule: 'web-kill', verdict: 'passed' }]);
  });

  it('is refused where a real one would be', () => {
    const { world, member } = aScene(faults, { ...wideLimits, max_group_percent: '20' });
    world.schedule('default', 'web-kill', { ...killWeb, ...shadow });
    world.pass(5_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'max_group_percent' }]);
  });

  it('is what a later leader finds of it', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'closed', disableNode(shadow));
    member.fate = ({ call }) => (call.op === 'write-variable' && call.items['state'] === 'done' ? 'never' : undefined);
    world.pass(2_000);
    expect(record(member)).toMatchObject({ state: 'done' });
    member.crash();
    const next = world.start({ name: 'b' });
    world.pass(60_000);
    expect(next.ended()).toMatchObject([{ verdict: 'passed', reason: 'shadow' }]);
    expect(next.ended()[0]).not.toHaveProperty('hitAt');
    expect([...harm(member), ...harm(next)]).toEqual([]);
  });

  it('of any fault sends none of its calls, by whatever way it comes to be one', () => {
    const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
    const spec = fc.record({
      fault: some(faults),
      count: some(['1', '2', '4']),
      mode: some(['random', 'oldest', 'all']),
      duration: some(['1s', '10s', '1m']),
      task: fc.boolean(),
      by: some(['mode', 'blackout', 'both']),
    });
    const runs = new Set<string>();
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 3 }), specs => {
        const isBlackedOut = specs.every(({ by }) => by !== 'mode');
        const blackouts = '[{cron: "* * * * *", duration: 1h, mode: shadow, abort: true}]';
        const limits = { ...wideLimits, max_runs_per_job: '9', ...(isBlackedOut ? { blackouts } : {}) };
        const { world, nomad, member } = aScene(faults, limits);
        nomad.region.registerAll('web', 'web');
        for (const [n, { fault, count, mode, duration, task, by }] of specs.entries()) {
          const { targetKind, lasts, undoClass } = fault;
          if (targetKind === 'deployment') nomad.book.deploy('web');
          const onRegion = targetKind === 'region';
          const items: Items = {
            fault: fault.name,
            at: 'now',
            ...(by === 'blackout' && isBlackedOut ? {} : shadow),
            ...(onRegion ? {} : targetKind === 'node' ? { target_node: 'n1' } : { target_job: 'web' }),
            ...(onRegion ? {} : mode === 'all' ? { target_mode: mode } : { target_count: count, target_mode: mode }),
            ...(task && targetKind === 'allocation' ? { target_task: 'web' } : {}),
            ...(lasts ? { duration } : {}),
            ...(undoClass === 'irreversible' || undoClass === 'by-restart' ? { accept_irreversible: 'true' } : {}),
          };
          world.schedule(onRegion || targetKind === 'node' ? home : 'default', `s${n}`, items);
          world.pass(8_000);
        }
        world.pass(70_000);
        expect(harm(member)).toEqual([]);
        expect(member.open().flatMap(({ run }) => run.intents.filter(mayBeInForce))).toEqual([]);
        for (const { reason, schedule } of member.ended())
          if (reason === 'shadow') runs.add(specs[Number(schedule.slice(1))]?.fault.name ?? '');
      }),
      { numRuns: 60 },
    );
    // The property says something only of what got as far as its harm.
    expect([...runs].sort()).toEqual(faults.map(({ name }) => name).sort());
  });
});

describe('a blackout', () => {
  // The puppet's clock begins on the hour, and each of these holds its first hour.
  const blackout = (more: string) => ({ ...wideLimits, blackouts: `[{cron: "0 * * * *", duration: 59m${more}}]` });

  it('lets nothing start', () => {
    const { world, member } = aScene(faults, blackout(''));
    world.schedule('default', 'web-kill', killWeb);
    world.pass(5_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'blackout' }]);
    expect(member.notes('gate')).toMatchObject([{ gate: 'blackouts', reason: 'blackout' }]);
  });

  it('with mode shadow makes shadow runs, and the record says so', () => {
    const { world, member } = aScene(faults, blackout(', mode: shadow'));
    world.schedule('default', 'web-stop', stopWeb);
    world.pass(5_000);
    expect(harm(member)).toEqual([]);
    expect(runIn(member)).toMatchObject({
      verdict: 'passed',
      reason: 'shadow',
      message: expect.stringMatching(/^blackout until .*: blackouts\[0\] /),
    });
  });

  it.each([
    ['leaves what is in force to its own end', '', { verdict: 'passed' }],
    ['with abort undoes what is in force', ', abort: true', { verdict: 'aborted', reason: 'blackout' }],
  ])('that begins %s', (_, more, end) => {
    const { world, nomad, node, member } = aScene(faults);
    const soon = new Date(world.clock.wall + 20_000);
    const cron = `${soon.getUTCSeconds()} ${soon.getUTCMinutes()} * * * *`;
    nomad.put(home, limitsPath, { ...wideLimits, blackouts: `[{cron: "${cron}", duration: 30m${more}}]` });
    world.schedule(home, 'closed', disableNode({ duration: '60s' }));
    world.pass(15_000);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    world.pass(8_000);
    const isOpen = more === '';
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe(isOpen ? 'ineligible' : 'eligible');
    world.pass(60_000);
    expect(member.ended()).toMatchObject([end]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
  });
});

describe('a window', () => {
  it('is waited for as long as the run may begin', () => {
    const { world, nomad, member } = aScene(faults);
    const soon = new Date(world.clock.wall + 20_000);
    const cron = `${soon.getUTCSeconds()} ${soon.getUTCMinutes()} * * * *`;
    nomad.put(home, limitsPath, { ...wideLimits, windows: `[{cron: "${cron}", duration: 10m}]` });
    world.pass(1_000);
    world.schedule('default', 'early', { ...killWeb, start_deadline: '5s' });
    world.pass(4_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'window' }]);
    world.schedule('default', 'patient', { ...killWeb, start_deadline: '1m' });
    world.pass(10_000);
    expect(harm(member)).toEqual([]);
    expect(member.open()).toMatchObject([{ state: 'admitted' }]);
    world.pass(20_000);
    expect(harm(member)).toHaveLength(1);
    expect(member.ended()).toMatchObject([{}, { verdict: 'passed' }]);
  });

  it('that closes ends no run', () => {
    const { world, nomad, node, member } = aScene(faults);
    const now = new Date(world.clock.wall - 5_000);
    const cron = `${now.getUTCSeconds()} ${now.getUTCMinutes()} * * * *`;
    nomad.put(home, limitsPath, { ...wideLimits, windows: `[{cron: "${cron}", duration: 15s}]` });
    world.pass(1_000);
    world.schedule(home, 'closed', disableNode({ duration: '30s' }));
    world.pass(20_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    world.pass(40_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});
