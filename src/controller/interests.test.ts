import { describe, expect, it } from 'vitest';
import { catalogOf } from '../faults/catalog.ts';
import { faults } from '../faults/index.ts';
import type { Spec } from '../spec/experiment.ts';
import { parseSpec } from '../spec/flat.ts';
import { createInterests } from './interests.ts';

const catalog = catalogOf(faults);

function spec(items: Readonly<Record<string, string>>): Spec {
  const parsed = parseSpec('k', items, catalog);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.spec;
}

const kill = (job: string, more = {}) => spec({ fault: 'alloc-kill', target_job: job, at: 'now', ...more });
const byRack = spec({
  spec: '{version: 1, schedule: {at: now}, target: {node_meta: {rack: r1}}, method: [{fault: node-drain}]}',
});

describe('what schedules want to know', () => {
  const all = () => {
    const interests = createInterests(catalog);
    const shown = (namespace = 'default') => ({
      jobs: [...interests.jobs(namespace).keys()],
      any: interests.anyJob(namespace),
      nodes: interests.nodes,
      facts: [...interests.facts()],
    });
    return { interests, shown };
  };
  const nothing = { jobs: [], any: false, nodes: false, facts: [] };

  it('is nothing without any', () => {
    expect(all().shown()).toEqual(nothing);
  });

  it('is told by namespace, and lasts as long as one of them wants it', () => {
    const { interests, shown } = all();
    interests.put('a', 'default', kill('web'));
    interests.put('b', 'default', kill('web'));
    interests.put('c', 'other', kill('db'));
    expect([shown(), shown('other')]).toEqual([
      { ...nothing, jobs: ['web'] },
      { ...nothing, jobs: ['db'] },
    ]);
    interests.put('a', 'default', undefined);
    expect(shown().jobs).toEqual(['web']);
    interests.put('b', 'default', kill('api'));
    expect(shown().jobs).toEqual(['api']);
    interests.put('b', 'default', kill('api-*'));
    expect(shown()).toEqual({ ...nothing, any: true });
    interests.put('b', 'default', kill('api', { suspend: 'true' }));
    expect(shown()).toEqual(nothing);
  });

  it('has nodes for faults on them and for those that wait for one, and what is asked of them', () => {
    const { interests, shown } = all();
    interests.put('a', 'sirocco', byRack);
    expect(shown()).toEqual({ ...nothing, nodes: true, facts: ['meta.rack'] });
    interests.put('a', 'sirocco', undefined);
    expect(shown()).toEqual(nothing);
    interests.put('b', 'default', spec({ fault: 'alloc-kill', target_job: 'web', on: 'node-joined' }));
    expect(shown()).toEqual({ ...nothing, jobs: ['web'], nodes: true });
  });
});
