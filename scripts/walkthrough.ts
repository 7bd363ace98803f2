/**
 * `npm run walkthrough [-- --save FILE]`: runs the steps of the README on a real Nomad that it starts itself, compares
 * what is printed with what the README shows, and fails at the first difference. `--save` writes what was seen.
 * Without a Nomad it says what is missing, and counts as skipped.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingForNomad } from '../test/support/nomad-binary.ts';
import { type RealCluster, startRealCluster } from '../test/support/real-cluster.ts';
import { until } from '../test/support/until.ts';
import { difference } from './walkthrough/expected.ts';
import { openShell, type Ran, type Shell } from './walkthrough/shell.ts';
import { createStable } from './walkthrough/stable.ts';
import { type Step, stepsOf } from './walkthrough/steps.ts';
import { type Seen, transcript } from './walkthrough/transcript.ts';

const root = join(import.meta.dirname, '..');

/** How long a step that is read again may take to be so. */
const retryMs = 60_000;

async function main(args: readonly string[]): Promise<number> {
  const { save } = parseArgs({ args: [...args], options: { save: { type: 'string' } } }).values;
  const steps = stepsOf(readFileSync(join(root, 'README.md'), 'utf8'));
  if (steps.length === 0) throw new Error('README.md has no step marked <!-- walkthrough -->');
  const missing = missingForNomad();
  if (missing !== undefined) {
    console.log(`walkthrough skipped: ${missing}`);
    return 0;
  }
  const cluster = await startRealCluster();
  const shell = openShell(root, environment(cluster));
  try {
    const seen: Seen[] = [];
    for (const step of steps) seen.push(...(await runStep(shell, step)));
    if (save !== undefined) await write(save, seen, shell, cluster);
    console.log(`walkthrough ok: ${seen.length} commands in ${steps.length} steps`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await shell.run(controllerLogs).then(({ output }) => console.error(output));
    return 1;
  } finally {
    await shell.close();
    await cluster.stop();
  }
}

/** What a reader's shell has: the way to Nomad and a token, and nothing of this script. */
function environment(cluster: RealCluster): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR, USER = 'reader' } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    TMPDIR,
    USER,
    NOMAD_ADDR: cluster.address,
    NOMAD_TOKEN: cluster.managementToken,
    NOMAD_CLI_SHOW_HINTS: 'false',
  };
}

/** For whoever wonders why: the end of each controller's log. */
const controllerLogs = `for each in $(nomad job allocs -namespace sirocco -t '{{range .}}{{.ID}} {{end}}' sirocco); do
  echo "--- controller $each"; nomad alloc logs -namespace sirocco -tail -n 15 "$each"
done`;

/** Runs all commands of a step. Those that are read again are all run again. */
async function runStep(shell: Shell, step: Step): Promise<readonly Seen[]> {
  const last = step.commands.length - 1;
  const once = async (): Promise<readonly Seen[]> => {
    const seen: Seen[] = [];
    for (const [n, command] of step.commands.entries()) {
      if (!step.retry) console.log(`$ ${command}`);
      const ran = await shell.run(command);
      const why = n === last ? problem(step, ran) : ran.exit === 0 ? undefined : `ended with ${ran.exit}, not 0`;
      if (why !== undefined)
        throw new Error(`README.md:${step.line}: ${why}\n$ ${command}\n${ran.output.trim()}\n(exit code ${ran.exit})`);
      seen.push({ step, command, output: ran.output });
    }
    return seen;
  };
  if (!step.retry) return once();
  console.log(`$ ${step.commands.join('; ')} (until it is so)`);
  return until(`what README.md:${step.line} shows`, once, { within: retryMs, every: 500 });
}

function problem({ expected, exit }: Step, ran: Ran): string | undefined {
  if (ran.exit !== exit) return `ended with ${ran.exit}, not ${exit}`;
  return expected === undefined ? undefined : difference(expected, ran.output);
}

async function write(path: string, seen: readonly Seen[], shell: Shell, cluster: RealCluster): Promise<void> {
  const stable = createStable(root, cluster.address);
  const version = (await shell.run('nomad version')).output.split('\n')[0] ?? 'Nomad';
  writeFileSync(
    path,
    transcript(
      seen.map(each => ({ ...each, output: stable(each.output) })),
      version,
    ),
  );
  console.log(`${path} written`);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
