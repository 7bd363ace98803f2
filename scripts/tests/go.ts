import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { projectFiles } from '../checks/files.ts';
import { runProcess } from './process.ts';
import { nothing, sum, type Tally, withExit } from './tally.ts';

const event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

type Event = z.infer<typeof event>;

const nameOf = ({ Package, ImportPath, Test }: Event) =>
  [Package ?? ImportPath ?? 'go', Test].filter(Boolean).join(' ');

function goEvents(text: string): readonly Event[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => event.parse(JSON.parse(line)));
}

/** Counts the events of `go test -json`. A package that failed without a failed test (it did not build) is one failure. */
export function readGo(text: string): Tally {
  const events = goEvents(text);
  const tests = events.filter(each => each.Test !== undefined);
  const failed = tests.filter(each => each.Action === 'fail');
  const broken = events.filter(
    each => each.Action === 'fail' && each.Test === undefined && !failed.some(test => test.Package === each.Package),
  );
  return {
    passed: tests.filter(each => each.Action === 'pass').length,
    failed: [...failed, ...broken].map(nameOf),
    skipped: tests.filter(each => each.Action === 'skip').map(each => `${nameOf(each)}${reason(events, each)}`),
  };
}

/** The words given to `t.Skip`: the last line that the test wrote with its place. */
function reason(events: readonly Event[], skip: Event): string {
  const said = events
    .filter(each => each.Package === skip.Package && each.Test === skip.Test)
    .map(each => /^\s+\S+\.go:\d+: (.*)/.exec(each.Output ?? '')?.[1])
    .findLast(words => words !== undefined);
  return said === undefined ? '' : ` (skipped: ${said})`;
}

/** What the failed and the broken wrote, for people. */
function complaints(text: string): string {
  const events = goEvents(text);
  const bad = new Set(events.filter(each => each.Action === 'fail' || each.Action === 'build-fail').map(nameOf));
  return events
    .filter(each => bad.has(nameOf(each)))
    .map(each => each.Output ?? '')
    .join('');
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => existsSync(join(folder, program)));
}

/** Runs the tests of every Go module of the checkout, or names them as skipped where there is no Go. */
export async function runGo(root: string, within: number): Promise<Tally> {
  const modules = projectFiles(root)
    .filter(path => path === 'go.mod' || path.endsWith('/go.mod'))
    .map(dirname);
  if (!onPath('go')) {
    return { ...nothing, skipped: modules.map(path => `go test in ${path} (skipped: no go on the PATH)`) };
  }
  const tallies: Tally[] = [];
  const end = performance.now() + within;
  for (const path of modules) tallies.push(await runModule(root, path, Math.max(1, end - performance.now())));
  return sum(tallies);
}

async function runModule(root: string, path: string, within: number): Promise<Tally> {
  const { trouble, stdout } = await runProcess('go', ['test', '-json', './...'], {
    cwd: join(root, path),
    within,
    output: 'keep',
  });
  mkdirSync(join(root, 'results'), { recursive: true });
  writeFileSync(join(root, 'results', `go-${path.replaceAll('/', '-')}.json`), stdout);
  const tally = withExit(readGo(stdout), `go test in ${path}`, trouble);
  console.log(
    `go test in ${path}: ${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped`,
  );
  if (tally.failed.length > 0) console.log(complaints(stdout));
  return tally;
}
