/** What the controller and faults may do, right by right with the reason: the policy is printed and `doctor` asks by it. */

import type { AnyFault, Permission } from '../../faults/fault.ts';

export type VariableCapability = 'read' | 'list' | 'write' | 'destroy';

/** A capability of a namespace. */
export interface Capability {
  readonly word: string;
  readonly why: string;
}

/** What may be done with Variables under a path, which may end in `*`. The longest path that matches decides alone. */
export interface PathNeed {
  readonly path: string;
  readonly capabilities: readonly VariableCapability[];
  readonly why: string;
}

export interface NamespaceNeeds {
  readonly namespace: string;
  readonly capabilities: readonly Capability[];
  readonly paths: readonly PathNeed[];
}

/** A right that no namespace bounds. */
export interface ScopeNeed {
  readonly scope: 'node' | 'operator';
  readonly policy: 'read' | 'write';
  readonly why: string;
}

export interface Needs {
  /** Home first. */
  readonly namespaces: readonly NamespaceNeeds[];
  readonly scopes: readonly ScopeNeed[];
}

export interface Asked {
  readonly home: string;
  readonly prefix: string;
  /** The managed ones; home may be among them. */
  readonly namespaces: readonly string[];
  readonly faults: readonly AnyFault[];
  /** `target_job` may be a glob. */
  readonly globs: boolean;
  /** Targets may be chosen by what a node is, and schedules started by one that joins. */
  readonly nodes: boolean;
}

/** Everything that a controller with these settings needs, and nothing else. */
export function needsOf(asked: Asked): Needs {
  const { home, namespaces } = asked;
  const all = [home, ...namespaces.filter(each => each !== home)];
  return {
    namespaces: all.map(namespace => ({
      namespace,
      capabilities: capabilitiesOf(asked, namespace),
      paths: [...(namespace === home ? homePaths(asked.prefix) : []), ...managedPaths(asked.prefix)],
    })),
    scopes: (['node', 'operator'] as const).flatMap(scope => scopeNeed(scope, asked)),
  };
}

function capabilitiesOf({ home, namespaces, faults, globs }: Asked, namespace: string): readonly Capability[] {
  const whys = new Map<string, string[]>();
  const need = (word: string, why: string) => whys.set(word, [...(whys.get(word) ?? []), why]);
  if (namespace === home) need('read-job', "the controller's own job and allocation");
  if (namespaces.includes(namespace)) {
    need('read-job', 'jobs, allocations and deployments of targets, and their events');
    if (globs) need('list-jobs', 'target_job with a glob');
    for (const fault of faults) {
      for (const each of fault.permissions) if (each.scope === 'namespace') need(each.capability, fault.name);
    }
  }
  return [...whys].map(([word, reasons]) => ({ word, why: reasons.join('; ') }));
}

function homePaths(prefix: string): readonly PathNeed[] {
  return [
    {
      path: `${prefix}/control/leader`,
      capabilities: ['read', 'list', 'write'],
      why: 'the lock: one controller acts',
    },
    {
      path: `${prefix}/runs/*`,
      capabilities: ['read', 'list', 'write', 'destroy'],
      why: 'run records, written before any harm; after seven days a summary takes their place',
    },
    {
      path: `${prefix}/history/*`,
      capabilities: ['read', 'list', 'write', 'destroy'],
      why: 'summaries of old runs, deleted after 90 days',
    },
  ];
}

function managedPaths(prefix: string): readonly PathNeed[] {
  return [
    {
      path: `${prefix}/control/*`,
      capabilities: ['read', 'list'],
      why: 'halt, and in home the limits: only people write them',
    },
    {
      path: `${prefix}/control/_`,
      capabilities: ['read', 'list', 'write'],
      why: 'the marker that proves the right to list',
    },
    { path: `${prefix}/schedule/*`, capabilities: ['read', 'list'], why: 'schedules: only people write them' },
    {
      path: `${prefix}/schedule/_`,
      capabilities: ['read', 'list', 'write'],
      why: 'the marker that proves the right to list',
    },
    {
      path: `${prefix}/experiments/*`,
      capabilities: ['read', 'list'],
      why: 'experiments that schedules name: only people write them',
    },
    {
      path: `${prefix}/experiments/_`,
      capabilities: ['read', 'list', 'write'],
      why: 'the marker that proves the right to list',
    },
    {
      path: `${prefix}/secrets/*`,
      capabilities: ['read'],
      why: 'values that the probes of a run ask with: only people write them',
    },
    {
      path: `${prefix}/status/*`,
      capabilities: ['read', 'list', 'write', 'destroy'],
      why: 'the answers to schedules and requests, deleted with them or after seven days',
    },
    {
      path: `${prefix}/requests/*`,
      capabilities: ['read', 'list', 'destroy'],
      why: 'requests: people write them, and they are deleted when they are answered',
    },
    {
      path: `${prefix}/requests/_`,
      capabilities: ['read', 'list', 'write'],
      why: 'the marker that proves the right to list',
    },
  ];
}

/** What reading nodes is for beside faults on them. */
export const byNodes = 'targets by class, datacenter, pool, attribute or meta, and on=node-joined';

function scopeNeed(scope: 'node' | 'operator', { faults, nodes }: Asked): readonly ScopeNeed[] {
  const asking = faults.flatMap(fault =>
    fault.permissions
      .filter(isScope)
      .filter(each => each.scope === scope)
      .map(({ policy }) => ({ policy, name: fault.name })),
  );
  const whys = [...new Set(asking.map(each => each.name)), ...(scope === 'node' && nodes ? [byNodes] : [])];
  if (whys.length === 0) return [];
  const policy = asking.some(each => each.policy === 'write') ? 'write' : 'read';
  return [{ scope, policy, why: whys.join('; ') }];
}

function isScope(permission: Permission): permission is Exclude<Permission, { scope: 'namespace' }> {
  return permission.scope !== 'namespace';
}
