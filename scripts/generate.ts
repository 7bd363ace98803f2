/**
 * `npm run generate`: writes each `index.ts` that is a plain list of its folder's files.
 * With `--check` it writes nothing and fails when one is stale.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf, exportName, type PlugInFolder, plugInFolders } from '../tools/lint/plug-ins.ts';
import { runTool } from './checks/tool.ts';

/** The index of one folder from its entries, before formatting. */
function indexText({ list, type, contract }: PlugInFolder, entries: readonly string[]): string {
  return [
    '// Written by `npm run generate` from the files of this folder.',
    '',
    ...entries.map(name => `import { ${exportName(name)} } from './${name}.ts';`),
    `import type { ${type} } from './${contract}.ts';`,
    '',
    `export const ${list}: readonly ${type}[] = [${entries.map(exportName).join(', ')}];`,
    '',
  ].join('\n');
}

/** The indexes that are not what their folders say, by path from `root`. A folder without its contract has none. */
export async function staleIndexes(root: string): Promise<readonly string[]> {
  return [...(await differences(root)).keys()];
}

async function differences(root: string): Promise<ReadonlyMap<string, string>> {
  const stale = new Map<string, string>();
  for (const plugIns of plugInFolders) {
    if (!existsSync(join(root, plugIns.folder, `${plugIns.contract}.ts`))) continue;
    const path = `${plugIns.folder}/index.ts`;
    const wanted = await formatted(root, path, indexText(plugIns, entriesOf(root, plugIns)));
    const found = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
    if (found !== wanted) stale.set(path, wanted);
  }
  return stale;
}

/** As the formatter leaves it, imports in its order, so that `npm run fix` changes nothing afterwards. */
async function formatted(root: string, path: string, text: string): Promise<string> {
  const args = ['check', '--write', `--stdin-file-path=${path}`];
  const run = await runTool(root, 'node_modules/@biomejs/biome/bin/biome', args, text);
  if (run.code !== 0) throw new Error(`${path} can't be formatted: ${run.stderr}`);
  return run.stdout;
}

async function main(args: readonly string[]): Promise<number> {
  const root = join(import.meta.dirname, '..');
  const stale = await differences(root);
  const check = args.includes('--check');
  for (const [path, text] of stale) {
    if (!check) writeFileSync(join(root, path), text);
    console.log(`${path}: ${check ? 'stale, run npm run generate' : 'written'}`);
  }
  return check && stale.size > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
