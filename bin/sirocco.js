#!/usr/bin/env node
// Starts Sirocco on Node 24 or later. On an older one it starts the one that the checkout brings along.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const leastNode = 24;
/** Set for the second start, so that there is never a third. */
const again = 'SIROCCO_STARTED_AGAIN';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));

function fail(sentence) {
  console.error(`sirocco: ${sentence}`);
  process.exitCode = 1;
}

/** The sources in a checkout; the bundle where only that was packed. */
function mainFile() {
  return ['src/cli/main.ts', 'dist/main.js'].map(path => join(root, path)).find(path => existsSync(path));
}

function startOn(node) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, [again]: '1' } });
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C and its own end to both processes: passing them on would make two of one.
      if (signal === 'SIGTERM' || !onTerminal) child.kill(signal);
    });
  }
  child.on('error', error => fail(`Node ${leastNode} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const main = mainFile();
const bundled = join(root, 'node_modules', '.bin', 'node');

if (main === undefined) {
  fail('neither src/cli/main.ts nor dist/main.js is here: run npm run build');
} else if (Number(process.versions.node.split('.')[0]) >= leastNode) {
  delete process.env[again];
  await import(pathToFileURL(main).href);
} else if (process.env[again] === undefined && existsSync(bundled)) {
  startOn(bundled);
} else {
  fail(
    `Node ${leastNode} or later is needed and this is ${process.versions.node}: run npm ci, or install a newer Node`,
  );
}
