/** The folders whose files are entries of a list: what `npm run generate` lists and the layers keep apart. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PlugInFolder {
  /** From the root of the checkout. */
  readonly folder: string;
  /** The name of the list in the folder's `index.ts`. */
  readonly list: string;
  /** The type of the list's entries. */
  readonly type: string;
  /** The file of the contract, which holds `type`. */
  readonly contract: string;
  /** The types by which an entry may be declared. */
  readonly declaredAs: readonly string[];
}

export const plugInFolders: readonly PlugInFolder[] = [
  { folder: 'src/faults', list: 'faults', type: 'AnyFault', contract: 'fault', declaredAs: ['Fault', 'AnyFault'] },
  { folder: 'src/probes', list: 'probes', type: 'AnyProbe', contract: 'probe', declaredAs: ['Probe', 'AnyProbe'] },
  { folder: 'src/safety', list: 'gates', type: 'Gate', contract: 'gate', declaredAs: ['Gate'] },
  { folder: 'src/cli/commands', list: 'commands', type: 'Command', contract: 'command', declaredAs: ['Command'] },
];

/** `alloc-kill` → `allocKill`: the export that the file must have. */
export function exportName(file: string): string {
  return file.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The entries of a folder, sorted, without `.ts`: each file that declares an export of its own name with the
 * contract's type. What else stands there serves them. None where the folder has no contract.
 */
export function entriesOf(root: string, { folder, contract, declaredAs }: PlugInFolder): readonly string[] {
  const path = join(root, folder);
  if (!existsSync(join(path, `${contract}.ts`))) return [];
  return readdirSync(path)
    .filter(name => /^[a-z0-9-]+\.ts$/.test(name))
    .map(name => name.slice(0, -'.ts'.length))
    .filter(name => {
      const declaration = new RegExp(`^export const ${exportName(name)}: (?:${declaredAs.join('|')})\\b`, 'm');
      return declaration.test(readFileSync(join(path, `${name}.ts`), 'utf8'));
    })
    .sort();
}
