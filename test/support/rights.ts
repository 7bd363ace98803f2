/** What a test's token may do, as data: rendered as a Nomad policy for a real server, read as it is by the embedded one. */

export type VariableCapability = 'read' | 'list' | 'write' | 'destroy' | 'deny';

export interface NamespaceRights {
  readonly policy?: 'read' | 'write' | 'scale' | 'deny';
  readonly capabilities?: readonly string[];
  /** Capabilities by path, such as `chaos/*`. */
  readonly variables?: Readonly<Record<string, readonly VariableCapability[]>>;
}

export interface Rights {
  readonly namespaces?: Readonly<Record<string, NamespaceRights>>;
  readonly node?: 'read' | 'write' | 'deny';
  readonly agent?: 'read' | 'write' | 'deny';
  readonly operator?: 'read' | 'write' | 'deny';
}

/** The same rights in Nomad's policy language. */
export function policyRules(rights: Rights): string {
  const blocks = Object.entries(rights.namespaces ?? {}).map(([name, of]) => namespaceBlock(name, of));
  for (const scope of ['node', 'agent', 'operator'] as const) {
    const policy = rights[scope];
    if (policy !== undefined) blocks.push(`${scope} {\n  policy = ${quote(policy)}\n}`);
  }
  return `${blocks.join('\n')}\n`;
}

function namespaceBlock(name: string, of: NamespaceRights): string {
  const lines: string[] = [];
  if (of.policy !== undefined) lines.push(`  policy = ${quote(of.policy)}`);
  if (of.capabilities !== undefined) lines.push(`  capabilities = ${list(of.capabilities)}`);
  const paths = Object.entries(of.variables ?? {});
  if (paths.length > 0) {
    lines.push('  variables {');
    for (const [path, words] of paths) lines.push(`    path ${quote(path)} { capabilities = ${list(words)} }`);
    lines.push('  }');
  }
  return `namespace ${quote(name)} {\n${lines.join('\n')}\n}`;
}

const quote = (text: string): string => JSON.stringify(text);
const list = (words: readonly string[]): string => `[${words.map(quote).join(', ')}]`;
