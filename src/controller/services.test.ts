import { describe, expect, it } from 'vitest';
import { catalogOf } from '../faults/catalog.ts';
import { faults } from '../faults/index.ts';
import { probes } from '../probes/index.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import { probesOf } from '../probes/reading.ts';
import { ambiguous, aScene, denied, wideLimits } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

const catalog = catalogOf(faults, probesOf(probes));
const up: ProbeAnswer = { kind: 'http', status: 200, latencyMs: 12, body: '', truncated: false };
const spec = `
target: {node: n1}
schedule: {at: now}
steady_state: [{name: it answers, during: true, http: "http://{{ service.shop }}/"}]
method: [{fault: node-ineligible, duration: 20s}]
`;

function scene() {
  const made = aScene(faults, wideLimits, { catalog });
  const asked: string[] = [];
  made.member.probe = ({ call }) => {
    asked.push('url' in call ? call.url : call.address);
    return up;
  };
  return {
    ...made,
    asked,
    begin: () => {
      made.world.schedule(home, 'it', { spec });
      made.world.pass(8_000);
    },
  };
}

describe('a service in a probe', () => {
  it('is each of its instances in turn, as they are registered then', () => {
    const { world, nomad, member, asked, begin } = scene();
    nomad.region.registerAll('web', 'shop');
    begin();
    const all = [0, 1, 2, 3].map(n => `http://10.0.0.${n + 1}:${20_000 + n}/`);
    expect([...new Set(asked)].sort()).toEqual(all);
    const gone = nomad.region.services.find(({ Address }) => Address === '10.0.0.2');
    nomad.region.answer({ op: 'service-deregister', namespace: home, service: 'shop', id: gone?.ID ?? '' });
    const before = asked.length;
    world.pass(12_000);
    expect([...new Set(asked.slice(before + 1))].sort()).toEqual(all.filter(each => !each.includes('10.0.0.2')));
    world.pass(20_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(member.controller.core.services.size).toBe(0);
  });

  it.each([
    ['no instance is there', undefined, 'no instance of service shop is registered in namespace sirocco'],
    ['the read is denied', denied, 'service shop can’t be read: denied: in sirocco the policy lacks read-job'],
    ['it can’t be read', ambiguous, 'service shop can’t be read: no answer in time'],
  ])('ends the run before any harm where %s', (_, fate, words) => {
    const { member, asked, begin } = scene();
    member.fate = ({ call }) => (call.op === 'read-service' ? fate : undefined);
    begin();
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'not_steady' }]);
    expect(member.records().at(-1)?.call.items['body']).toContain(words);
    expect(asked).toEqual([]);
  });
});
