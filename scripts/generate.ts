/**
 * `npm run generate`: writes each `index.ts` and the agent's `registry.go`, plain lists of their folders' files, then the pages of the docs that
 * are made of the code. With `--check` it writes nothing and fails when one is stale.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf, exportName, type PlugInFolder, plugInFolders } from '../tools/lint/plug-ins.ts';
import { runTool } from './checks/tool.ts';
import { goRegistry, goRegistryText } from './go-registry.ts';

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

/** The paths from `root` of what is not as the code says: indexes of folders that have a contract, pages of the docs. */
export async function staleFiles(root: string): Promise<readonly string[]> {
  return [...(await staleIndexes(root)), ...(await stalePages(root))].map(([path]) => path);
}

/** The pages as this checkout's code has them; in a checkout without `docs/reference` none is asked for. */
async function stalePages(root: string): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(join(root, 'docs', 'reference'))) return new Map();
  // Only now: the pages are made of the lists, which may just have been written.
  const { pages } = await import('./reference/pages.ts');
  const stale = new Map<string, string>();
  for (const { path, text } of pages()) {
    const wanted = path.endsWith('.json') ? await formatted(root, path, text) : text;
    if (textOf(root, path) !== wanted) stale.set(path, wanted);
  }
  return stale;
}

function textOf(root: string, path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
}

async function staleIndexes(root: string): Promise<ReadonlyMap<string, string>> {
  const stale = new Map<string, string>();
  for (const plugIns of plugInFolders) {
    if (!existsSync(join(root, plugIns.folder, `${plugIns.contract}.ts`))) continue;
    const path = `${plugIns.folder}/index.ts`;
    const wanted = await formatted(root, path, indexText(plugIns, entriesOf(root, plugIns)));
    if (textOf(root, path) !== wanted) stale.set(path, wanted);
  }
  const registry = goRegistryText(root);
  if (registry !== undefined && textOf(root, goRegistry) !== registry) stale.set(goRegistry, registry);
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
  const check = args.includes('--check');
  let stale = 0;
  for (const differences of [staleIndexes, stalePages]) {
    for (const [path, text] of await differences(root)) {
      if (!check) writeFileSync(join(root, path), text);
      console.log(`${path}: ${check ? 'stale, run npm run generate' : 'written'}`);
      stale += 1;
    }
  }
  return check && stale > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
