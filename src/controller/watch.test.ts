import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { anEmptyScene, aScene, denied, killWebOften, limitsPath, noLeader } from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

const schedules = 'chaos/schedule/';
const specs = (member: Member) => [...member.controller.core.specs.keys()];
const listsOf = (member: Member, prefix: string, namespace = home) =>
  member.calls('list-variables').filter(({ call }) => call.prefix === prefix && call.namespace === namespace);
const lists = ({ call }: Asked, namespace: string, prefix: string) =>
  call.op === 'list-variables' && call.namespace === namespace && call.prefix === prefix;

describe('a watched prefix', () => {
  it('gives what appears, changes and goes, a round trip after it did', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(5);
    expect(specs(member)).toEqual(['default/k']);
    world.schedule('default', 'k', { ...killWebOften, every: '1h' });
    world.pass(5);
    const when = member.controller.core.specs.get('default/k')?.spec?.schedule.when;
    expect(when).toMatchObject({ kind: 'every', everyMs: 3_600_000 });
    nomad.remove('default', `${schedules}k`);
    world.pass(5);
    expect(specs(member)).toEqual([]);
  });

  it('is asked again only when it changed or its wait is over', () => {
    const { world, member } = aScene(faults);
    const before = listsOf(member, schedules).length;
    world.nomad.put('elsewhere', 'some/path', {});
    world.pass(30_000);
    expect(listsOf(member, schedules)).toHaveLength(before);
  });

  it('that lost its marker proves no deletion: it may be denied, which looks empty', () => {
    const { world, nomad, member } = aScene(faults, { max_concurrent_runs: '0' });
    const { limits } = member.controller.core;
    expect(limits.limits.maxConcurrentRuns).toBe(0);
    member.fate = asked =>
      lists(asked, home, 'chaos/control/') ? { kind: 'ok', index: nomad.index, value: [] } : undefined;
    nomad.put(home, 'chaos/control/other', { a: '1' });
    world.pass(1_000);
    expect(limits.limits.maxConcurrentRuns).toBe(0);
    world.pass(30_000);
    expect(limits.limits.maxConcurrentRuns).toBe(0);
    expect(member.notes('trouble').some(each => each.message.includes('marker'))).toBe(true);
    member.fate = () => undefined;
    nomad.remove(home, limitsPath);
    world.pass(5_000);
    expect(limits.limits.maxConcurrentRuns).toBe(10);
  });

  it('has its marker put there, and back', () => {
    const { world, nomad } = aScene(faults);
    const markers = () =>
      ['default', home].flatMap(each => ['schedule', 'control'].map(kind => nomad.items(each, `chaos/${kind}/_`)));
    expect(markers()).toEqual([{ v: '1' }, { v: '1' }, { v: '1' }, { v: '1' }]);
    nomad.remove('default', `${schedules}_`);
    world.pass(5_000);
    expect(markers()).toEqual([{ v: '1' }, { v: '1' }, { v: '1' }, { v: '1' }]);
  });

  it('has no marker from a controller that does not act', () => {
    const { world, nomad } = anEmptyScene(faults);
    const member = world.start();
    member.fate = ({ call }) =>
      call.op === 'lock-acquire' ? { kind: 'refused', reason: 'conflict', message: '' } : undefined;
    world.schedule('default', 'k', killWebOften);
    world.pass(10_000);
    expect(nomad.paths('default', schedules)).toEqual([`${schedules}k`]);
    expect(specs(member)).toEqual(['default/k']);
  });

  it('that may not be listed is told, and asked for with growing waits', () => {
    const { world, member } = aScene(faults);
    const before = listsOf(member, schedules, 'default').length;
    member.fate = asked => (lists(asked, 'default', schedules) ? denied : undefined);
    world.schedule('default', 'k', killWebOften);
    world.pass(20_000);
    const at = listsOf(member, schedules, 'default')
      .slice(before)
      .map(each => each.at);
    const waits = at.slice(1).map((each, i) => each - (at[i] ?? 0));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(at.length).toBeLessThan(8);
    expect(member.notes('denied').some(each => each.what === 'watch default:chaos/schedule/')).toBe(true);
    member.fate = () => undefined;
    world.pass(30_000);
    expect(specs(member)).toEqual(['default/k']);
  });
});

describe('a Variable that a list named', () => {
  it.each([
    ['missing', undefined],
    ['older', { Path: `${schedules}z`, Namespace: 'default', ModifyIndex: 5, ModifyTime: 0, Items: killWebOften }],
  ])('is read again when a server that lags has it %s', (_what, value) => {
    const { world, member } = aScene(faults);
    let lagging = true;
    member.fate = ({ call }) => {
      if (!lagging || call.op !== 'read-variable' || call.path !== `${schedules}z`) return undefined;
      return { kind: 'ok', index: 5, ...(value === undefined ? {} : { value }) };
    };
    world.schedule('default', 'z', killWebOften);
    world.pass(1_000);
    expect(specs(member)).toEqual([]);
    const reads = member.calls('read-variable').filter(({ call }) => call.path === `${schedules}z`);
    expect(reads.length).toBeGreaterThan(1);
    expect(reads.length).toBeLessThan(6);
    lagging = false;
    world.pass(500);
    expect(specs(member)).toEqual(['default/z']);
    expect(world.status('default', 'z')).toMatchObject({ state: 'accepted' });
  });

  it('is read again when its read failed', () => {
    const { world, member } = aScene(faults);
    let failing = 2;
    member.fate = ({ call }) => {
      if (failing === 0 || call.op !== 'read-variable' || call.path !== `${schedules}z`) return undefined;
      failing -= 1;
      return noLeader;
    };
    world.schedule('default', 'z', killWebOften);
    world.pass(3_000);
    expect(failing).toBe(0);
    expect(specs(member)).toEqual(['default/z']);
  });
});
