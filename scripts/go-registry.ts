import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'agents/nomad/internal/fault';

/** Where the list of the agent's faults is. */
export const goRegistry = `${folder}/registry.go`;

/** The list of all faults that the agent's files declare, as gofmt leaves it; undefined where there is no agent. */
export function goRegistryText(root: string): string | undefined {
  if (!existsSync(join(root, folder))) return undefined;
  const declared = readdirSync(join(root, folder))
    .filter(name => name.endsWith('.go') && !name.endsWith('_test.go') && !goRegistry.endsWith(`/${name}`))
    .flatMap(name => [...readFileSync(join(root, folder, name), 'utf8').matchAll(/^(?:var |\t)(\w+)\s+= Fault\{$/gm)])
    .map(([, name]) => `\t${name},\n`)
    .sort();
  return `// Written by \`npm run generate\` from the files of this folder.

package fault

// All faults, in order of their names.
var All = []Fault{
${declared.join('')}}
`;
}
