/** Access rights as structures instead of policy files: what a token may do, by Nomad's own words. */

import { nearest } from '../../base/nearest.ts';
import { Refusal } from './failure.ts';
import type { Cluster } from './types.ts';
import { bestMatch } from './wildcard.ts';

export type NodePolicy = 'read' | 'write' | 'deny';

export type VariableCapability = 'read' | 'list' | 'write' | 'destroy' | 'deny';

export interface NamespaceRules {
  readonly policy?: 'read' | 'write' | 'scale' | 'deny';
  readonly capabilities?: readonly string[];
  /** Path, with `*` for any characters → capabilities. */
  readonly variables?: Readonly<Record<string, readonly VariableCapability[]>>;
}

export interface AclRules {
  /** Namespace, with `*` for any characters → rules. */
  readonly namespaces?: Readonly<Record<string, NamespaceRules>>;
  readonly node?: NodePolicy;
  readonly agent?: NodePolicy;
  readonly operator?: NodePolicy;
}

export interface Token {
  /** What requests carry. */
  readonly secret: string;
  readonly accessor: string;
  readonly name: string;
  readonly type: 'management' | 'client';
  readonly rules: AclRules;
}

/** What the bearer of a token may do. */
export interface Access {
  readonly token: Token | undefined;
  readonly management: boolean;
  allows(namespace: string, capability: string): boolean;
  variable(namespace: string, path: string, capability: VariableCapability): boolean;
  /** Whether any path of a namespace, that a rule names as it is, is granted. */
  anyVariable(namespace: string): boolean;
  node(need: 'read' | 'write'): boolean;
  agent(need: 'read' | 'write'): boolean;
  operator(need: 'read' | 'write'): boolean;
}

const read = ['list-jobs', 'parse-job', 'read-job', 'read-job-scaling', 'list-scaling-policies', 'read-scaling-policy'];

const policies: Readonly<Record<string, readonly string[]>> = {
  read,
  write: [...read, 'scale-job', 'submit-job', 'dispatch-job', 'read-logs', 'read-fs', 'alloc-exec', 'alloc-lifecycle'],
  scale: ['list-scaling-policies', 'read-scaling-policy', 'read-job-scaling', 'scale-job', 'read-job'],
  deny: [],
};

/** What `submit-job` stands for besides itself. */
const bySubmit = new Set([
  'register-job',
  'deregister-job',
  'purge-job',
  'revert-job',
  'tag-job-version',
  'plan-job',
  'evaluate-job',
  'delete-service-registration',
  'fail-deployment',
  'pause-deployment',
  'promote-deployment',
  'scale-job',
  'parse-job',
]);

const all: Access = {
  token: undefined,
  management: true,
  allows: () => true,
  variable: () => true,
  anyVariable: () => true,
  node: () => true,
  agent: () => true,
  operator: () => true,
};

const covers = (policy: NodePolicy | undefined, need: 'read' | 'write') =>
  policy === 'write' || (policy === 'read' && need === 'read');

function accessByRules(token: Token | undefined, rules: AclRules): Access {
  const namespaces = rules.namespaces ?? {};
  return {
    token,
    management: false,
    allows(namespace, capability) {
      const rule = bestMatch(namespaces, namespace);
      if (rule === undefined || rule.policy === 'deny' || rule.capabilities?.includes('deny')) return false;
      const granted = [...(policies[rule.policy ?? 'deny'] ?? []), ...(rule.capabilities ?? [])];
      if (granted.includes(capability) || (bySubmit.has(capability) && granted.includes('submit-job'))) return true;
      return capability === 'deregister-job' && granted.includes('purge-job');
    },
    variable(namespace, path, capability) {
      const paths = bestMatch(namespaces, namespace)?.variables;
      const granted = paths === undefined ? undefined : bestMatch(paths, path);
      if (granted === undefined || granted.includes('deny')) return false;
      return granted.includes(capability) || (capability === 'list' && granted.includes('read'));
    },
    anyVariable(namespace) {
      const rule = Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined;
      return Object.values(rule?.variables ?? {}).some(granted => granted.length > 0 && !granted.includes('deny'));
    },
    node: need => covers(rules.node, need),
    agent: need => covers(rules.agent, need),
    operator: need => covers(rules.operator, need),
  };
}

/** The access of a secret; undefined for one that no token has. Without ACLs everyone manages. */
export function accessOf(cluster: Cluster, secret: string | undefined): Access | undefined {
  if (!cluster.acl) return all;
  if (secret === undefined || secret === '') return accessByRules(undefined, {});
  const token = cluster.tokens.get(secret);
  if (token === undefined) return undefined;
  return token.type === 'management' ? { ...all, token } : accessByRules(token, token.rules);
}

/** Every capability of a namespace that Nomad knows. */
const known: ReadonlySet<string> = new Set([
  ...bySubmit,
  ...(policies['write'] ?? []),
  'deny',
  'alloc-node-exec',
  'submit-recommendation',
  'sentinel-override',
  'csi-register-plugin',
  'csi-write-volume',
  'csi-read-volume',
  'csi-list-volume',
  'csi-mount-volume',
  'host-volume-create',
  'host-volume-register',
  'host-volume-read',
  'host-volume-write',
  'host-volume-delete',
]);

/** Refuses rules that Nomad would refuse as a whole, for one word that it doesn't know. */
function checkRules(rules: AclRules): void {
  for (const [name, { capabilities = [] }] of Object.entries(rules.namespaces ?? {})) {
    const unknown = capabilities.find(word => !known.has(word));
    if (unknown === undefined) continue;
    const near = nearest(unknown, known);
    const hint = near === undefined ? '' : `: did you mean '${near}'?`;
    throw new Refusal(400, `Invalid namespace capability '${unknown}' (namespace "${name}")${hint}`);
  }
}

/** Adds a token, or replaces the one of the same secret. Refuses (400) unknown capabilities. */
export function setToken(cluster: Cluster, token: Token): void {
  checkRules(token.rules);
  cluster.tokens.set(token.secret, token);
  cluster.version += 1;
}

/** Takes a token away: its requests are denied from now on, its streams fall silent and end later. */
export function deleteToken(cluster: Cluster, secret: string): void {
  cluster.tokens.delete(secret);
  cluster.version += 1;
}
