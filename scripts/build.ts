/** `npm run build`: the whole program as one file of JavaScript, `dist/main.js`, for the package and the image. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** CommonJS packages in the bundle ask for Node's own modules by `require`, which a module does not have. */
const banner = `import { createRequire as bundleRequire } from 'node:module';
const require = bundleRequire(import.meta.url);`;

/** Bundles `entry` to `<outdir>/main.js`, empties `outdir` before, and answers the bundle's size in bytes. */
export async function bundle(entry: string, outdir: string): Promise<number> {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { main: entry },
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: banner },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  const output = Object.entries(metafile.outputs).find(([path]) => path.endsWith('main.js'));
  if (output === undefined) throw new Error(`esbuild wrote no main.js for ${entry}`);
  return output[1].bytes;
}

async function main(): Promise<number> {
  const root = join(import.meta.dirname, '..');
  const entry = join(root, 'src', 'cli', 'main.ts');
  if (!existsSync(entry)) {
    console.error(`${entry} is missing: there is nothing to build`);
    return 1;
  }
  const bytes = await bundle(entry, join(root, 'dist'));
  console.log(`dist/main.js: ${Math.round(bytes / 1024)} KiB`);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
