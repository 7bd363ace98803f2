/** The policy that `sirocco policy` prints for every fault, and what is left of it without one of its lines. */

import type { Rights, VariableCapability } from '../support/rights.ts';
import { sirocco } from './command-line.ts';

export interface PolicyLine {
  /** As `sirocco doctor` names it, such as `shop: read-job` or `node write`. */
  readonly what: string;
  readonly without: string;
}

export interface PrintedPolicy {
  readonly text: string;
  readonly lines: readonly PolicyLine[];
}

/** For one namespace that is home and managed. */
export async function printedPolicy(namespace: string): Promise<PrintedPolicy> {
  const { out: text } = await sirocco(['policy', '--home', namespace, '--namespaces', namespace]);
  const lines = (shape: RegExp, nameOf: (first: string, second: string) => string): readonly PolicyLine[] =>
    [...text.matchAll(shape)].map(match => {
      const [whole, first = '', second = ''] = match;
      const without = text.slice(0, match.index) + text.slice(match.index + whole.length);
      return { what: nameOf(first, second), without };
    });
  return {
    text,
    lines: [
      ...lines(/^ {4}"([\w-]+)", *#.*$/gm, word => `${namespace}: ${word}`),
      ...lines(/^ {4}path "([^"]+)" .*$/gm, path => `${namespace}: ${path}`),
      ...lines(/^(\w+) \{\n {2}policy = "(\w+)"\n\}$/gm, (scope, policy) => `${scope} ${policy}`),
    ],
  };
}

/** The rights of such a text as they are, for the embedded server: it reads no policies. */
export function rightsOf(text: string): Rights {
  const blocks = text.split(/^(?=namespace |node |operator )/m);
  const namespaces = blocks.flatMap(block => {
    const [, name] = /^namespace "([^"]+)"/.exec(block) ?? [];
    if (name === undefined) return [];
    const paths = [...block.matchAll(/^ {4}path "([^"]+)" \{ capabilities = \[([^\]]*)\]/gm)];
    const variables = paths.map(([, path = '', words = '']) => [path, wordsOf(words) as VariableCapability[]] as const);
    const [, list = ''] = /^ {2}capabilities = \[\n([^\]]*)\]/m.exec(block) ?? [];
    const rights = { capabilities: wordsOf(list.replaceAll(/#.*$/gm, '')), variables: Object.fromEntries(variables) };
    return [[name, rights] as const];
  });
  const [node, operator] = ['node', 'operator'].map(scope => text.includes(`\n${scope} {\n`));
  return {
    namespaces: Object.fromEntries(namespaces),
    ...(node ? { node: 'write' } : {}),
    ...(operator ? { operator: 'write' } : {}),
  };
}

const wordsOf = (list: string): readonly string[] => [...list.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
