import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What .gitignore keeps out; used where there is no git to ask. */
const ignored = new Set(['.git', 'node_modules', 'dist', 'coverage', 'results']);

/**
 * Every file of the checkout that is tracked or about to be, relative to `root`, sorted.
 * Where git can't say (an unpacked archive), all files outside the ignored folders.
 */
export function projectFiles(root: string): readonly string[] {
  return (fromGit(root) ?? walk(root, '')).filter(path => isFile(join(root, path))).sort();
}

function fromGit(root: string): readonly string[] | undefined {
  if (!existsSync(join(root, '.git'))) return undefined;
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  try {
    const out = execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return [...new Set(out.split('\0').filter(path => path !== ''))];
  } catch {
    return undefined; // no git on the PATH, or a checkout that belongs to another user
  }
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ignored.has(entry.name)) return [];
    return entry.isDirectory() ? walk(root, path) : [path];
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
