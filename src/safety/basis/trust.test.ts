import { describe, expect, it } from 'vitest';
import { parseTrust, trustOf } from './trust.ts';

describe('parseTrust', () => {
  it.each([
    ['nothing', '', {}],
    ['JSON', '{"a": "node"}', { a: { '*': 'node' } }],
    [
      'YAML',
      'a: cluster\nb:\n  gpu: node\n  "*": cluster\n',
      { a: { '*': 'cluster' }, b: { gpu: 'node', '*': 'cluster' } },
    ],
    ['a name that is a number', '7: node', { 7: { '*': 'node' } }],
  ])('reads %s', (_, text, expected) => {
    const reading = parseTrust(text);
    const plain =
      reading.ok && Object.fromEntries([...reading.value].map(([name, pools]) => [name, Object.fromEntries(pools)]));
    expect(plain).toEqual(expected);
  });

  it.each([
    ['a list', '- a', '`- a` is not a mapping'],
    ['a word', 'node', '`node` is not a mapping'],
    ['an unknown reach', 'a: target', '`a: target` is not a reach that a namespace can be trusted with'],
    [
      'an unknown reach on a pool',
      'a: {gpu: all}',
      '`a: gpu: all` is not a reach that a namespace can be trusted with',
    ],
    ['a namespace twice', 'a: node\na: cluster', 'line 2: this key is there twice'],
    ['an alias', 'a: &x node\nb: *x', '`a: &x node\\u000ab: *x` is not plain YAML: an alias is not read here'],
  ])('refuses %s', (_, text, message) => {
    const reading = parseTrust(text);
    expect(reading.ok ? reading.value : reading.misread.message).toBe(message);
  });
});

describe('trustOf', () => {
  const reading = parseTrust('{"a": {"gpu": "node", "*": "cluster"}, "b": {"gpu": "node"}}');
  const trust = reading.ok ? reading.value : new Map();

  it.each([
    ['a', 'gpu', 'node'],
    ['a', 'other', 'cluster'],
    ['b', 'gpu', 'node'],
    ['b', 'other', undefined],
    ['c', 'gpu', undefined],
  ])('gives %s on %s: %s', (namespace, pool, expected) => {
    expect(trustOf(trust, namespace, pool)).toBe(expected);
  });
});
