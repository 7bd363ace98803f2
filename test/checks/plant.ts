import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const checkout = join(import.meta.dirname, '..', '..');

/** Files by path, from the root of a checkout. */
export type Files = Readonly<Record<string, string>>;

export function writeFiles(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A new folder with these files; `using` removes it at the end of its block. */
export function temporaryFolder(files: Files): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'sirocco-checks-'));
  writeFiles(path, files);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const configuration = [
  'tsconfig.json',
  'tsconfig.pure.json',
  'biome.json',
  'knip.json',
  '.oxlintrc.json',
  '.gitignore',
  'tools',
];

/** A small checkout under the real configuration and the real tools, with these files as its own. */
export function smallCheckout(files: Files): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder(files);
  for (const name of configuration) cpSync(join(checkout, name), join(folder.path, name), { recursive: true });
  symlinkSync(join(checkout, 'node_modules'), join(folder.path, 'node_modules'));
  return folder;
}
