import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { projectFiles } from './files.ts';

const forbidden: readonly (readonly [RegExp, string])[] = [
  [
    /registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com|npm\.pkg\.github\.com/,
    'the host of an npm registry',
  ],
  [/\bpypi\.org|files\.pythonhosted\.org/, 'the host of a Python registry'],
  [/(?:proxy|sum)\.golang\.org/, 'the host of a Go module proxy'],
  [/\b(?:ghcr|quay|gcr|docker)\.io\/|mcr\.microsoft\.com/, 'the host of an image registry'],
  [/"resolved": "[a-z+]+:\/\//, 'a `resolved` address in the lock file'],
  [/(?<![\w.\-)}])\/(?:work|root)\/|\/opt\/nomad\b/, 'a path of one machine'],
];

/** The lines of a text that name what belongs to one machine or one registry. */
function foreignWords(path: string, text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      forbidden.filter(([pattern]) => pattern.test(line)).map(([, what]) => `${path}:${index + 1}: ${what}`),
    );
}

export const text: Check = {
  name: 'text',
  summary: 'no registry host and no path of a machine in any file',
  run: async root => {
    const found = projectFiles(root).flatMap(path => {
      const bytes = readFileSync(join(root, path));
      return bytes.includes(0) ? [] : foreignWords(path, bytes.toString());
    });
    return { ok: found.length === 0, output: found.join('\n') };
  },
};
