import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout, temporaryFolder } from './plant.ts';

const fence = '```';

function runCi(command: string, mark = '<!-- run: tests -->') {
  using folder = temporaryFolder({
    'README.md': `# Sample\n\n${fence}sh\necho 'not this one'\n${fence}\n\n${mark}\n${fence}sh\n${command}\n${fence}\n\n${fence}\nnor this\n${fence}\n`,
  });
  cpSync(join(checkout, '.ci'), join(folder.path, '.ci'), { recursive: true });
  const run = spawnSync(join(folder.path, '.ci', 'run'), { encoding: 'utf8', cwd: '/', input: 'typed' });
  return { status: run.status, lines: run.stdout.trimEnd().split('\n'), errors: run.stderr };
}

describe('.ci/run', () => {
  it('runs the marked block of the README in the checkout, as in CI and without standard input', () => {
    const { status, lines } = runCi("ls .ci; echo \"CI=$CI\"; wc -c | tr -d ' '; echo '2 passed, 0 failed, 1 skipped'");
    expect({ status, lines }).toEqual({ status: 0, lines: ['run', 'CI=true', '0', '2 passed, 0 failed, 1 skipped'] });
  });

  it('keeps the count for its last line and passes the failure on', () => {
    const { status, lines } = runCi("echo '1 passed, 1 failed, 0 skipped'; echo 'npm error' >&2; exit 3");
    expect({ status, lines }).toEqual({ status: 3, lines: ['npm error', '1 passed, 1 failed, 0 skipped'] });
  });

  it('fails when the installation fails, with a count all the same', () => {
    const { status, lines } = runCi("false && echo '1 passed, 0 failed, 0 skipped'");
    expect({ status, lines }).toEqual({ status: 1, lines: ['0 passed, 1 failed, 0 skipped'] });
  });

  it('fails when the command counted nothing', () => {
    const { status, lines, errors } = runCi('true');
    expect({ status, lines }).toEqual({ status: 1, lines: ['0 passed, 1 failed, 0 skipped'] });
    expect(errors).toContain('no count of tests');
  });

  it('fails when the README has no such block', () => {
    const { status, errors } = runCi('true', '<!-- other -->');
    expect(status).toBe(1);
    expect(errors).toContain('README.md has no block under the mark');
  });
});

describe('the README', () => {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');

  it.each([
    ['tests', 'npm ci && npm test'],
    ['demo', 'npm ci && npm run demo'],
  ])('has one command for the %s', (mark, command) => {
    expect(readme).toContain(`<!-- run: ${mark} -->\n${fence}sh\n${command}\n${fence}\n`);
  });
});

it('.ci/run is a script that bash can read', () => {
  execFileSync('bash', ['-n', join(checkout, '.ci', 'run')]);
});
