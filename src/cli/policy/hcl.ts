/** Needs in Nomad's policy language. */

import type { NamespaceNeeds, Needs } from './needs.ts';

export interface Header {
  readonly home: string;
  /** The faults that were chosen, in order. */
  readonly faults: readonly string[];
  /** Of Nomad, where one was named. */
  readonly version?: string;
}

/** The policy, each right with its reason; ends without a line break. */
export function policyText(needs: Needs, { home, faults, version }: Header): string {
  const head = [
    `# What the Sirocco controller of home namespace "${home}" may do, and nothing else.`,
    `# Faults: ${faults.length === 0 ? 'none' : faults.join(', ')}.`,
    ...(version === undefined ? [] : [`# For Nomad ${version}.`]),
    '# Apply it to the job of the controller:',
    `#   nomad acl policy apply -namespace ${home} -job sirocco sirocco FILE`,
  ].join('\n');
  const scopes = needs.scopes.map(
    ({ scope, policy, why }) => `# The whole cluster: ${why}.\n${scope} {\n  policy = ${quote(policy)}\n}`,
  );
  return [head, ...needs.namespaces.map(each => namespaceText(each, home)), ...scopes].join('\n\n');
}

function namespaceText({ namespace, capabilities, paths }: NamespaceNeeds, home: string): string {
  const words = capabilities.map(({ word, why }) => [`    ${quote(word)},`, why] as const);
  const lines = paths.map(({ path, capabilities: of, why }) => {
    const text = `    path ${quote(path)} { capabilities = [${of.map(quote).join(', ')}] }`;
    return [text, why] as const;
  });
  return [
    ...(namespace === home ? ['# Home: records and the lock. Let nobody but operators write here.'] : []),
    `namespace ${quote(namespace)} {`,
    ...(words.length === 0 ? [] : ['  capabilities = [', ...commented(words), '  ]']),
    '',
    '  variables {',
    ...commented(lines),
    '  }',
    '}',
  ].join('\n');
}

/** The reasons as comments, one below the other. */
function commented(lines: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...lines.map(([text]) => text.length));
  return lines.map(([text, why]) => `${text.padEnd(width)} # ${why}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
