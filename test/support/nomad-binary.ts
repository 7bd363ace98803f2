/** Where the tests' real Nomad comes from: whatever `nomad` is on the PATH. */

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable `nomad` on the PATH, or undefined where there is none. Nothing is run to find out. */
export function findNomad(path = process.env.PATH ?? ''): string | undefined {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, 'nomad');
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder: the next may have it.
    }
  }
  return undefined;
}

/** What a real cluster needs, as one sentence naming what is missing; undefined where nothing is. */
export function missingForNomad(): string | undefined {
  if (process.platform !== 'linux') return `a real Nomad cluster is only started on Linux, this is ${process.platform}`;
  if (findNomad() === undefined) return 'no nomad on the PATH';
  if (process.getuid?.() !== 0) return 'a Nomad client must be started as root';
  return undefined;
}
