import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGo, runGo } from '../../scripts/tests/go.ts';
import { runProcess } from '../../scripts/tests/process.ts';
import { countLine, isGood, nothing, sum, withExit } from '../../scripts/tests/tally.ts';
import { runVitest } from '../../scripts/tests/vitest.ts';
import { isAlive } from './alive.ts';
import { type Files, smallCheckout, temporaryFolder } from './plant.ts';

const config =
  "import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { projects: [{ test: { name: 'unit', include: ['*.test.ts'] } }] } });\n";

async function vitestOn(files: Files) {
  using small = smallCheckout({ 'package.json': '{ "type": "module" }', 'vitest.config.ts': config, ...files });
  return await runVitest(small.path, ['unit'], { within: 60_000, output: 'drop' });
}

describe('the count of vitest', () => {
  it('has every test, with files that did not load and hooks that threw as failures', async () => {
    const tally = await vitestOn({
      'mixed.test.ts': `import { expect, it } from 'vitest';
        it('is good', () => {});
        it('is bad', () => expect(1).toBe(2));
        it.skip('needs a Nomad', () => {});
        it.todo('comes later');`,
      'broken.test.ts': "import './missing.ts';",
      'hook.test.ts': `import { beforeAll, describe, it } from 'vitest';
        describe('a suite', () => { beforeAll(() => { throw new Error('no ground'); }); it('never runs', () => {}); });`,
    });
    expect(tally.passed).toBe(1);
    expect([...tally.failed].sort()).toEqual([
      expect.stringMatching(/^broken\.test\.ts: .*missing\.ts/),
      expect.stringMatching(/^hook\.test\.ts: /),
      'mixed.test.ts: is bad',
    ]);
    expect(tally.skipped).toEqual(
      expect.arrayContaining(['mixed.test.ts: needs a Nomad', 'mixed.test.ts: comes later']),
    );
  });

  it('has a failure for an error outside of every test', async () => {
    const tally = await vitestOn({
      'stray.test.ts': `import { it } from 'vitest';
        it('is good', async () => { void Promise.reject(new Error('stray')); await new Promise(r => setImmediate(r)); });`,
    });
    expect(tally).toEqual({ passed: 1, failed: ['vitest: exit code 1'], skipped: [] });
  });

  it('has a failure when vitest itself can not start', async () => {
    const tally = await vitestOn({ 'vitest.config.ts': 'throw new Error();' });
    expect(tally).toEqual({ passed: 0, failed: ['vitest: exit code 1'], skipped: [] });
  });
});

describe('the count of Go', () => {
  const events = (...all: readonly object[]) => all.map(each => JSON.stringify(each)).join('\n');

  it('has every test and subtest, and the words of a skip', () => {
    const text = events(
      { Action: 'start', Package: 'agent/host' },
      { Action: 'run', Package: 'agent/host', Test: 'TestTc' },
      { Action: 'pass', Package: 'agent/host', Test: 'TestTc/adds' },
      { Action: 'fail', Package: 'agent/host', Test: 'TestTc' },
      { Action: 'output', Package: 'agent/host', Test: 'TestNft', Output: '    nft_test.go:12: needs root\n' },
      { Action: 'output', Package: 'agent/host', Test: 'TestNft', Output: '--- SKIP: TestNft (0.00s)\n' },
      { Action: 'skip', Package: 'agent/host', Test: 'TestNft' },
      { Action: 'skip', Package: 'agent/payload' },
      { Action: 'fail', Package: 'agent/host' },
    );
    expect(readGo(text)).toEqual({
      passed: 1,
      failed: ['agent/host TestTc'],
      skipped: ['agent/host TestNft (skipped: needs root)'],
    });
  });

  it('has a failure for a package that did not build', () => {
    const text = events(
      { Action: 'build-output', ImportPath: 'agent/host', Output: 'syntax error\n' },
      { Action: 'build-fail', ImportPath: 'agent/host' },
      { Action: 'fail', Package: 'agent/host', FailedBuild: 'agent/host' },
      { Action: 'pass', Package: 'agent/payload', Test: 'TestReads' },
    );
    expect(readGo(text)).toEqual({ passed: 1, failed: ['agent/host'], skipped: [] });
  });

  it('names what is skipped where there is no Go', async () => {
    using folder = temporaryFolder({ 'agents/nomad/go.mod': 'module agent\n' });
    const path = process.env.PATH;
    process.env.PATH = folder.path;
    try {
      expect(await runGo(folder.path, 1_000)).toEqual({
        ...nothing,
        skipped: ['go test in agents/nomad (skipped: no go on the PATH)'],
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('the count of all', () => {
  const some = { passed: 3, failed: ['a'], skipped: ['b', 'c'] };

  it('is one line', () => {
    expect(countLine(sum([some, nothing, some]))).toBe('6 passed, 2 failed, 4 skipped');
  });

  it.each([
    ['a failure', some, false],
    ['nothing that ran', nothing, false],
    ['only skips', { ...nothing, skipped: ['a'] }, false],
    ['only passes', { ...nothing, passed: 1 }, true],
  ])('with %s is good: %3$s', (_, tally, good) => {
    expect(isGood(tally)).toBe(good);
  });

  it('takes a bad end for a failure where no other was named', () => {
    expect(withExit(nothing, 'vitest', 'exit code 1').failed).toEqual(['vitest: exit code 1']);
    expect(withExit(some, 'vitest', 'exit code 1').failed).toEqual(['a']);
    expect(withExit(nothing, 'vitest', undefined).failed).toEqual([]);
  });
});

describe('a runner', () => {
  it('that is late is ended with all that it started', async () => {
    using folder = temporaryFolder({
      'parent.mjs': `import { spawn } from 'node:child_process';
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
        console.log(child.pid);
        setInterval(() => {}, 1000);`,
    });
    const end = await runProcess(process.execPath, [join(folder.path, 'parent.mjs')], {
      cwd: folder.path,
      within: 1_000,
      output: 'keep',
    });
    expect(end.trouble).toBe('not done after 1 s');
    const grandchild = Number(end.stdout);
    expect(grandchild).toBeGreaterThan(1);
    await expect.poll(() => isAlive(grandchild), { timeout: 5_000 }).toBe(false);
  });

  it('that is not there is trouble, not a crash', async () => {
    const end = await runProcess('no-such-program', [], { cwd: '.', within: 1_000 });
    expect(end.trouble).toMatch(/^could not be started: .*ENOENT/);
  });
});
