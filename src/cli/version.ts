/** The version of this release, from the package that this file lies in. */

import { existsSync, readFileSync } from 'node:fs';

function packageText(): string {
  let folder = new URL('.', import.meta.url);
  for (let depth = 0; depth < 4; depth += 1) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    folder = new URL('..', folder);
  }
  return '{}';
}

const found: unknown = JSON.parse(packageText());

export const version =
  typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0.0.0';
