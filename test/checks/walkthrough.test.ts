import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { difference } from '../../scripts/walkthrough/expected.ts';
import { openShell } from '../../scripts/walkthrough/shell.ts';
import { createStable } from '../../scripts/walkthrough/stable.ts';
import { stepsOf } from '../../scripts/walkthrough/steps.ts';
import { checkout } from './plant.ts';

const fence = '```';
const block = (language: string, ...lines: string[]) => `${fence}${language}\n${lines.join('\n')}\n${fence}`;
const read = (path: string) => readFileSync(join(checkout, path), 'utf8');

describe('the steps of a README', () => {
  it('are its marked blocks, with what they should print', () => {
    const steps = stepsOf(
      [
        '# Title',
        block('sh', 'not marked'),
        '## First',
        '<!-- walkthrough -->',
        block('sh', '# a comment', 'one \\', '  | two', '', 'three'),
        block('text', 'printed'),
        'Words.',
        '<!-- walkthrough: retry, exit 3 -->',
        block('sh', 'four'),
        'Other words.',
        block('text', 'not of the step'),
      ].join('\n'),
    );
    expect(steps).toEqual([
      {
        line: 6,
        heading: 'First',
        commands: ['one \\\n  | two', 'three'],
        exit: 0,
        retry: false,
        expected: 'printed',
      },
      { line: 18, heading: 'First', commands: ['four'], exit: 3, retry: true },
    ]);
  });

  it.each([
    ['an option that there is not', `<!-- walkthrough: often -->\n${block('sh', 'x')}`, 'line 1: "often" is none of'],
    ['a mark without commands', '<!-- walkthrough -->\n\ntext', 'line 1: the mark is not followed by a block of sh'],
    ['a block without an end', `<!-- walkthrough -->\n${fence}sh\nx`, 'line 2: the block has no end'],
  ])('are refused for %s', (_, markdown, says) => {
    expect(() => stepsOf(markdown)).toThrow(says);
  });
});

describe('what was printed', () => {
  it.each([
    ['the same', 'a\nb', '\na  \nb\n\n', undefined],
    ['a gap within a line', 'a … c', 'a b c', undefined],
    ['no gap over lines', 'a … c', 'a b\nc', 'expected next: a … c'],
    ['a gap of lines before', '…\nb', 'a\na\nb', undefined],
    ['a gap of no line', '…\nb\n…', 'b', undefined],
    ['a gap of lines between', 'a\n…\nc', 'a\nb\nb\nc', undefined],
    ['another line', 'a\nb\nc', 'a\nx\nc', 'expected next: b'],
    ['a line too many', 'a\nb', 'a\nb\nc', 'more was printed than expected'],
    ['the beginning of a line', 'a', 'ab', 'expected next: a'],
    ['signs of patterns as they are', 'a.c (1)', 'abc (1)', 'expected next: a.c (1)'],
    ['nothing', 'a', '', 'expected next: a'],
  ])('is compared with what is expected: %s', (_, expected, output, answer) => {
    expect(difference(expected, output)).toBe(answer);
  });
});

describe('the shell', () => {
  it('keeps what commands define, tells how they end, and feeds them nothing', async () => {
    const shell = openShell('/', process.env);
    try {
      await shell.run('greet() { echo "hello $1"; }; export WHOM=you');
      expect(await shell.run('greet "$WHOM"; cat; echo no >&2; (exit 3)')).toEqual({
        output: 'hello you\nno\n',
        exit: 3,
      });
    } finally {
      await shell.close();
    }
  });

  it('says so when a command ends it', async () => {
    const shell = openShell('/', process.env);
    await expect(shell.run('echo last words; exit 1')).rejects.toThrow('the shell has ended; it printed:\nlast words');
    await shell.close();
  });
});

describe('a stable transcript', () => {
  const id = '0f446d24-f2f2-03b7-02ce-1c1cbc495b97';

  it.each([
    ['an id, long or short, by one word', `node "${id}" (0f446d24)`, 'node "<id 1>" (<id 1>)'],
    ['numbers of eight digits as they are', 'count 20261124', 'count 20261124'],
    ['hashes as they are', 'sha256:0f446d24', 'sha256:0f446d24'],
    ['times', 'at 2026-11-24T07:38:24.458Z.', 'at <time>.'],
    ['times in a column', '2026-11-24T07:38:24Z  x', '<time>                x'],
    ['runs', 'default_web_20261124T073826546Z', 'default_web_<tick>'],
    ['paths', '/home/me/sirocco/bin', '<checkout>/bin'],
    ['the address of Nomad', 'http://127.0.0.1:14383/ui', 'http://127.0.0.1:4646/ui'],
    ['ports', '127.0.0.1:31075', '127.0.0.1:<port>'],
    [
      'indexes',
      'Check Index = 130, observed_index = 4, term 97',
      'Check Index = <index>, observed_index = <index>, term <index>',
    ],
    ['JSON', '"ModifyIndex": 65, "CreateTime": 1795', '"ModifyIndex": <index>, "CreateTime": <time>'],
  ])('has words for %s', (_, printed, words) => {
    expect(createStable('/home/me/sirocco', 'http://127.0.0.1:14383')(printed)).toBe(words);
  });

  it('keeps the last round of a deployment', () => {
    const round = (healthy: number) =>
      `    \n2026-11-24T06:55:49Z\nID          = 4215debf\nStatus = x\n\nDeployed\nGroup  Progress Deadline\nweb    ${healthy}\n`;
    const stable = createStable('/c', 'http://127.0.0.1:1');
    expect(stable(`==> Monitoring\n${round(0)}${round(1)}${round(3)}`)).toBe(stable(`==> Monitoring\n${round(3)}`));
  });
});

describe('the walk-through of this checkout', () => {
  const steps = stepsOf(read('README.md'));

  it('begins at nothing and ends with the first verdict taken away again', () => {
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.some(step => step.retry && step.expected?.includes('last_verdict   = passed'))).toBe(true);
  });

  it('was seen with the commands that the README has now', () => {
    const seen = read('docs/walkthrough.md');
    for (const command of steps.flatMap(step => step.commands))
      expect(seen).toContain(`\n$ ${command.replaceAll('\n', '\n> ')}\n`);
  });
});
