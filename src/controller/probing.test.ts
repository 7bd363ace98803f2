import { describe, expect, it } from 'vitest';
import { catalogOf } from '../faults/catalog.ts';
import { faults } from '../faults/index.ts';
import type { Call } from '../lifecycle/effects.ts';
import { probes } from '../probes/index.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import { probesOf } from '../probes/reading.ts';
import type { Guard, NamedProbe } from '../spec/experiment.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, wideLimits } from './scene.fixture.ts';
import type { Answer } from './types.ts';
import { home } from './world.fixture.ts';

function read(kind: string, given: string, expect?: object): Pick<NamedProbe, 'probe' | 'with' | 'expect'> {
  const found = probesOf(probes).read(kind, { with: given, expect });
  if (!found.ok) throw new Error(JSON.stringify(found));
  return found.value;
}

const answers: NamedProbe = { name: 'checkout answers', during: false, ...read('http', 'http://checkout.test/') };
const catalog = catalogOf(faults, probesOf(probes));
const up: ProbeAnswer = { kind: 'http', status: 200, latencyMs: 12, body: '', truncated: false };
const down: ProbeAnswer = { ...up, status: 503 };

/** A run whose probes are answered as `answer` says, by the state that the run is in. */
function played(
  items: Items,
  { steadyState = [answers], guards = [] }: { steadyState?: readonly NamedProbe[]; guards?: readonly Guard[] },
  answer: (state: string, n: number) => ProbeAnswer | undefined,
) {
  const { world, member, node } = aScene(faults, wideLimits, { catalog });
  let asked = 0;
  member.probe = () => {
    asked += 1;
    return answer(member.open()[0]?.state ?? '', asked);
  };
  const at = new Date(world.clock.wall + 5_000).toISOString();
  // Faults on nodes are for home alone.
  const namespace = items['target_node'] === undefined ? 'default' : home;
  world.schedule(namespace, 'it', { ...items, at });
  world.pass(1_000);
  const entry = member.controller.core.specs.get(`${namespace}/it`);
  if (entry?.spec === undefined) throw new Error(`rejected: ${entry?.problems[0]?.message}`);
  const { spec } = entry;
  entry.spec = { ...spec, experiment: { ...spec.experiment, steadyState, guards } };
  world.pass(90_000);
  return { member, node, asked, ended: member.ended()[0] };
}

/** A run that kills in two seconds. */
function slowly({
  steadyState = [answers],
  fate = () => undefined,
}: {
  readonly steadyState?: readonly NamedProbe[];
  readonly fate?: (call: Call) => Answer | undefined;
}) {
  const { world, member, nomad } = aScene(faults, wideLimits, { catalog });
  member.fate = ({ call }) => fate(call);
  const at = new Date(world.clock.wall + 2_000).toISOString();
  world.schedule('default', 'it', { ...kill, at });
  world.pass(100);
  const entry = member.controller.core.specs.get('default/it');
  if (entry?.spec === undefined) throw new Error(`rejected: ${entry?.problems[0]?.message}`);
  entry.spec = { ...entry.spec, experiment: { ...entry.spec.experiment, steadyState } };
  return { world, member, nomad };
}

const kill = { fault: 'alloc-kill', target_job: 'web', recover_within: '20s' };

describe('a steady state', () => {
  it('is asked once before, and until it holds after', () => {
    const { member, ended, asked } = played(kill, {}, (state, n) => (state === 'recovering' && n < 5 ? down : up));
    expect(ended).toMatchObject({ verdict: 'passed' });
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(member.calls('alloc-signal')).toHaveLength(1);
  });

  it('that does not hold before ends the run before any harm', () => {
    const { member, ended } = played(kill, {}, () => down);
    expect(ended).toMatchObject({ verdict: 'failed', reason: 'not_steady' });
    expect(member.calls('alloc-signal')).toHaveLength(0);
  });

  it('that does not come back is a deviation', () => {
    const { ended } = played(kill, {}, state => (state === 'recovering' ? down : up));
    expect(ended).toMatchObject({ verdict: 'deviated', reason: 'not_recovered' });
  });

  it('is asked after once the harm had its effect, and everything is whole again', () => {
    let downSince = Number.POSITIVE_INFINITY;
    const slow = slowly({ fate: call => (call.op === 'alloc-signal' ? { kind: 'ok', index: 0 } : undefined) });
    const { world, member, nomad } = slow;
    member.probe = () => (world.clock.wall >= downSince ? down : up);
    world.pass(4_000);
    const [sent] = member.calls('alloc-signal');
    if (sent === undefined) throw new Error('nothing was sent');
    // The task took two seconds to end, and answers no more since it came back.
    downSince = world.clock.wall;
    nomad.answer(sent.call);
    world.pass(40_000);
    expect(member.ended()).toMatchObject([{ verdict: 'deviated', reason: 'not_recovered' }]);
    expect(member.ended()[0]?.message).toContain('checkout answers');
  });

  it('is asked again after when a target was lost once more meanwhile', () => {
    const other: NamedProbe = { name: 'stays away', during: false, ...read('http', 'http://other.test/') };
    const { world, member, nomad } = slowly({ steadyState: [answers, other] });
    const isDown = { 'checkout.test': false, 'other.test': true };
    member.probe = ({ call }) => {
      const host = call.op === 'http' && call.url.includes('other') ? 'other.test' : 'checkout.test';
      return member.open()[0]?.state === 'recovering' && isDown[host] ? down : up;
    };
    world.pass(8_000);
    const after = member.open()[0]?.run.samples?.['after checkout answers'];
    expect(after).toMatchObject({ count: 1, last: { ok: true } });
    isDown['checkout.test'] = true;
    isDown['other.test'] = false;
    const [sent] = member.calls('alloc-signal');
    if (sent === undefined) throw new Error('nothing was sent');
    nomad.answer(sent.call);
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'deviated', reason: 'not_recovered' }]);
    expect(member.ended()[0]?.message).toContain('checkout answers');
  });

  it('that no answer tells of holds nothing up for ever', () => {
    const { member, ended } = played(kill, {}, state => (state === 'baseline' ? up : undefined));
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(ended).toMatchObject({ verdict: 'deviated', reason: 'not_recovered' });
  });

  it('asked during harm too, and broken then, is a deviation', () => {
    const during = [{ ...answers, during: true }];
    const cordon = { fault: 'node-ineligible', target_node: 'n1', duration: '10s', recover_within: '20s' };
    const { ended, member } = played(cordon, { steadyState: during }, state => (state === 'holding' ? down : up));
    expect(ended).toMatchObject({ verdict: 'deviated', reason: 'steady_state_violated' });
    const record = member.records().at(-1)?.call.items['body'] ?? '';
    expect(record.length).toBeLessThan(16_384);
  });

  it('that is judged from the view needs nothing of the network', () => {
    const healthy = { name: 'web is whole', during: false, ...read('nomad', 'web') };
    const { ended, asked } = played(kill, { steadyState: [healthy] }, () => undefined);
    expect(ended).toMatchObject({ verdict: 'passed' });
    expect(asked).toBe(0);
  });
});

describe('a guard', () => {
  const cordon = { fault: 'node-ineligible', target_node: 'n1', duration: '60s', recover_within: '20s' };
  const guard: Guard = { probe: answers.name, expect: answers.expect, violatedForMs: 3_000 };

  it('that is violated for long enough ends the run, which is undone', () => {
    const inForce = (state: string) => (state === 'holding' ? down : up);
    const { ended, member } = played(cordon, { guards: [guard] }, inForce);
    expect(ended).toMatchObject({ verdict: 'aborted', reason: 'guard_violated' });
    expect(member.calls('node-eligibility').map(({ call }) => call.eligible)).toEqual([false, true]);
  });

  it('that is violated now and then does not', () => {
    const flapping = (state: string, n: number) => (state === 'holding' && n % 3 === 0 ? down : up);
    const { ended } = played({ ...cordon, duration: '20s' }, { guards: [guard] }, flapping);
    expect(ended).toMatchObject({ verdict: 'passed' });
  });
});
