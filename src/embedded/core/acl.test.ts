import { describe, expect, it } from 'vitest';
import { type AclRules, accessOf, deleteToken, setToken } from './acl.ts';
import { createHand } from './testing.ts';

function accessBy(rules: AclRules) {
  const { cluster } = createHand({ acl: true, nodes: 0 });
  setToken(cluster, { secret: 's', accessor: 'a', name: 'n', type: 'client', rules });
  const access = accessOf(cluster, 's');
  if (access === undefined) throw new Error('the token is known');
  return access;
}

describe('rights of a token', () => {
  it.each([
    ['submit-job', 'register-job', true],
    ['submit-job', 'scale-job', true],
    ['submit-job', 'parse-job', true],
    ['submit-job', 'dispatch-job', false],
    ['submit-job', 'alloc-lifecycle', false],
    ['register-job', 'scale-job', false],
    ['read-job', 'list-jobs', false],
  ])('%s alone covers %s: %s', (granted, asked, expected) => {
    expect(accessBy({ namespaces: { default: { capabilities: [granted] } } }).allows('default', asked)).toBe(expected);
  });

  it.each([
    ['read', 'read-job', true],
    ['read', 'submit-job', false],
    ['write', 'alloc-lifecycle', true],
    ['scale', 'scale-job', true],
    ['deny', 'read-job', false],
  ] as const)('policy %s grants %s: %s', (policy, asked, expected) => {
    expect(accessBy({ namespaces: { '*': { policy } } }).allows('team', asked)).toBe(expected);
  });

  it('takes the namespace rule that names most of the name', () => {
    const access = accessBy({
      namespaces: { '*': { policy: 'write' }, 'prod-*': { policy: 'read' }, 'prod-db': { policy: 'deny' } },
    });
    expect(['dev', 'prod-web', 'prod-db'].map(name => access.allows(name, 'submit-job'))).toEqual([true, false, false]);
    expect(['dev', 'prod-web', 'prod-db'].map(name => access.allows(name, 'read-job'))).toEqual([true, true, false]);
  });

  it('lets the longest path decide over Variables, and read stand for list', () => {
    const access = accessBy({
      namespaces: {
        default: { variables: { 'chaos/*': ['read'], 'chaos/secrets/*': ['deny'], 'chaos/own': ['write'] } },
      },
    });
    expect(access.variable('default', 'chaos/a', 'read')).toBe(true);
    expect(access.variable('default', 'chaos/a', 'list')).toBe(true);
    expect(access.variable('default', 'chaos/secrets/a', 'read')).toBe(false);
    expect(access.variable('default', 'chaos/own', 'read')).toBe(false);
    expect(access.variable('other', 'chaos/a', 'read')).toBe(false);
  });

  it('grants node rights by their policy', () => {
    expect(accessBy({ node: 'read' }).node('write')).toBe(false);
    expect(accessBy({ node: 'write' }).node('read')).toBe(true);
    expect(accessBy({}).node('read')).toBe(false);
  });

  it('refuses rules for one unknown capability, with the nearest word', () => {
    const rules = { namespaces: { default: { capabilities: ['read-jobs'] } } };
    expect(() => accessBy(rules)).toThrow(
      "Invalid namespace capability 'read-jobs' (namespace \"default\"): did you mean 'read-job'?",
    );
  });

  it('lets everyone do everything without ACLs, and a stranger nothing with them', () => {
    expect(accessOf(createHand({ nodes: 0 }).cluster, undefined)?.management).toBe(true);
    const { cluster } = createHand({ acl: true, nodes: 0 });
    expect(accessOf(cluster, undefined)?.allows('default', 'list-jobs')).toBe(false);
    expect(accessOf(cluster, 'unknown')).toBeUndefined();
    setToken(cluster, { secret: 'm', accessor: 'a', name: 'm', type: 'management', rules: {} });
    expect(accessOf(cluster, 'm')?.management).toBe(true);
    deleteToken(cluster, 'm');
    expect(accessOf(cluster, 'm')).toBeUndefined();
  });
});
