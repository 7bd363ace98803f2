import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { sampleCatalog } from '../catalog.fixture.ts';
import { parseDocument } from './document.ts';
import { documentJsonSchema } from './schema.ts';

// In zod a choice beside the properties would take what they do not: it is asked apart.
const { anyOf, ...rest } = documentJsonSchema(sampleCatalog);
const schema = z.fromJSONSchema(rest as Parameters<typeof z.fromJSONSchema>[0]);
const isValid = (text: string) => {
  const value = parse(text) as object;
  const hasOne = (anyOf as { required: readonly string[] }[]).some(each => each.required.every(key => key in value));
  return hasOne && schema.safeParse(value).success;
};

const whole = `version: 1
title: Checkout survives the loss of a third of its instances
schedule: {cron: "0 10 * * MON-FRI", timezone: Europe/Paris, jitter: 10m, start_deadline: 5m, concurrency: forbid, probability: 0.5}
target: {job: checkout, group: web, pick: {percent: 34, mode: random, spread: node}, exclude: [{meta: {tier: gold}}], if_empty: fail}
method:
  - fault: memory-stress
    with: {size: 64MiB, growth: 2s, workers: 2, oom: false, kind: anon}
    duration: 2m
  - pause: 30s
  - parallel: [{fault: alloc-kill}, {fault: memory-stress, with: {size: 64MiB}, duration: 1m}]
recovery: {within: 60s}
`;

describe('the JSON Schema of documents', () => {
  it('takes what the parser takes', () => {
    expect(isValid(whole)).toBe(true);
    expect(parseDocument('web', whole, sampleCatalog).ok).toBe(true);
    expect(isValid('experiment: x\nparams: {a: 1}\nschedule: {at: now}')).toBe(true);
    expect(
      isValid(
        'parameters: {n: {type: int, default: 1}}\ntarget: {job: web, pick: {count: "{{ n }}"}}\nmethod: [{fault: alloc-kill}]',
      ),
    ).toBe(true);
    expect(
      isValid(
        'target: {job: web, pick: {mode: weighted, weights: {node_class: {a: 1, "*": 0.5}}}}\nmethod: [{fault: alloc-kill}]',
      ),
    ).toBe(true);
  });

  it.each([
    ['an unknown key', 'titl: x\n'],
    ['a fault that there is not', 'method: [{fault: alloc-kil}]\n'],
    ['a parameter of another fault', 'method: [{fault: alloc-kill, with: {size: 1MiB}}]\n'],
    ['a bad value', 'method: [{fault: alloc-kill, with: {signal: SIGTRM}}]\n'],
    ['a duration where nothing lasts', 'method: [{fault: alloc-kill, duration: 1m}]\n'],
    ['a duration without a unit', 'method: [{fault: memory-stress, duration: 30}]\n'],
    ['a pause beside a fault', 'method: [{fault: alloc-kill, pause: 1s}]\n'],
    ['no step', 'method: []\n'],
    ['an unknown word below', 'target: {job: web, pick: {cont: 1}}\n'],
    ['an exclusion of nothing', 'target: {job: web, exclude: [{}]}\n'],
  ])('refuses %s', (_, change) => {
    const { method, ...rest } = { ...(parse(whole) as object), ...(parse(change) as object) } as Record<
      string,
      unknown
    >;
    const text = JSON.stringify({ ...rest, method });
    expect([isValid(text), parseDocument('web', text, sampleCatalog).ok]).toEqual([false, false]);
  });

  it('tells of each part what it is for', () => {
    const json = JSON.parse(JSON.stringify(documentJsonSchema(sampleCatalog))) as {
      properties: Record<
        string,
        { description?: string; properties?: Record<string, { description: string; default?: unknown }> }
      >;
    };
    const parts = Object.values(json.properties).flatMap(each =>
      each.properties === undefined ? [each] : Object.values(each.properties),
    );
    expect(parts.length).toBeGreaterThan(20);
    for (const part of parts) if (!('properties' in part)) expect(part.description).toMatch(/\w/);
    expect(json.properties['schedule']?.properties?.['start_deadline']?.default).toBe('5m');
    expect(json.properties['schedule']?.properties?.['suspend']?.default).toBe(false);
  });
});
