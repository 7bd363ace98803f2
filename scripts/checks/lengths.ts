import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { projectFiles } from './files.ts';

const warnAbove = 300;
const failAbove = 500;

/** Lines of a text, an unfinished last one included. */
function lineCount(text: string): number {
  return text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0);
}

export const lengths: Check = {
  name: 'lengths',
  summary: `no source file above ${failAbove} lines`,
  run: async root => {
    const long = projectFiles(root)
      .filter(path => /\.(?:[cm]?[jt]sx?|go)$/.test(path))
      .map(path => ({ path, lines: lineCount(readFileSync(join(root, path), 'utf8')) }))
      .filter(({ lines }) => lines > warnAbove);
    const words = long.map(({ path, lines }) =>
      lines > failAbove
        ? `${path}: ${lines} lines, more than ${failAbove}`
        : `warning: ${path}: ${lines} lines, look twice above ${warnAbove}`,
    );
    return { ok: long.every(({ lines }) => lines <= failAbove), output: words.join('\n') };
  },
};
