import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from './alive.ts';
import { checkout, type Files, temporaryFolder } from './plant.ts';

const manifest = { 'package.json': '{ "type": "module" }' };

/** Tells its Node, arguments and pid; ends itself with 5 on SIGTERM, and with its first argument at once if that is a number. */
const program = `const [first] = process.argv.slice(2);
console.log(JSON.stringify({ node: process.versions.node, args: process.argv.slice(2), pid: process.pid }));
if (/^[0-9]+$/.test(first ?? '')) process.exit(Number(first));
process.on('SIGTERM', () => { console.log('in order'); process.exit(5); });
process.on('SIGHUP', () => process.exit(6));
setInterval(() => {}, 1000);
`;

const sources: Files = { ...manifest, 'src/cli/main.ts': `const typed: number = 1;\nvoid typed;\n${program}` };
const bundle: Files = { ...manifest, 'dist/main.js': program };

/** Makes any Node believe that it is an old one; its children are what they are. */
const pretend = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } }); process.execArgv.length = 0;",
)}`;

function installed(files: Files, withNode = true) {
  const folder = temporaryFolder(files);
  cpSync(join(checkout, 'bin'), join(folder.path, 'bin'), { recursive: true });
  mkdirSync(join(folder.path, 'node_modules', '.bin'), { recursive: true });
  if (withNode) symlinkSync(process.execPath, join(folder.path, 'node_modules', '.bin', 'node'));
  return folder;
}

interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
}

function start(node: readonly string[], root: string, args: readonly string[] = []): Started {
  const [file = process.execPath, ...before] = node;
  const child = spawn(file, [...before, join(root, 'bin', 'sirocco.js'), ...args], { cwd: '/' });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
  });
  return { child, out: () => out, err: () => err };
}

async function ended({ child, out, err }: Started) {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, out: out(), err: err() };
}

const first = (out: string) =>
  JSON.parse(out.split('\n')[0] ?? '') as { readonly node: string; readonly args: string[]; readonly pid: number };

const current = [process.execPath];
const old = [process.execPath, '--import', pretend];

/** A real Node 20 or 22 of this machine, if any. */
const realOld = (process.env.PATH ?? '')
  .split(delimiter)
  .map(folder => join(folder, 'node'))
  .find(path => existsSync(path) && majorOf(path) < 24);

function majorOf(node: string): number {
  return Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
}

const nodes: readonly (readonly [string, readonly string[]])[] = [
  ['the current Node', current],
  ['an old Node', old],
  ...(realOld === undefined ? [] : [['a real old Node', [realOld]] as const]),
];

describe.each(nodes)('bin/sirocco.js on %s', (_, node) => {
  it('runs the sources of a checkout on Node 24 with the arguments and the exit code', async () => {
    using folder = installed({ ...sources, 'dist/main.js': 'process.exit(9);' });
    const end = await ended(start(node, folder.path, ['3', '--reason', 'a b']));
    expect(end).toMatchObject({ code: 3, err: '' });
    expect(first(end.out)).toMatchObject({ node: process.versions.node, args: ['3', '--reason', 'a b'] });
  });

  it('runs the bundle where there are no sources', async () => {
    using folder = installed(bundle);
    expect(await ended(start(node, folder.path, ['0']))).toMatchObject({ code: 0, err: '' });
  });

  it('lets SIGTERM reach the program and passes its exit code on', async () => {
    using folder = installed(sources);
    const started = start(node, folder.path);
    await expect.poll(started.out, { timeout: 10_000 }).toContain('\n');
    started.child.kill('SIGTERM');
    const end = await ended(started);
    expect(end).toMatchObject({ code: 5, signal: null });
    expect(end.out).toContain('in order');
    expect(isAlive(first(end.out).pid)).toBe(false);
  });

  it('passes SIGHUP on where no terminal does', async () => {
    using folder = installed(sources);
    const started = start(node, folder.path);
    await expect.poll(started.out, { timeout: 10_000 }).toContain('\n');
    started.child.kill('SIGHUP');
    expect(await ended(started)).toMatchObject({ code: 6 });
  });

  it('ends by the signal that ended the program', async () => {
    using folder = installed(sources);
    const started = start(node, folder.path);
    await expect.poll(started.out, { timeout: 10_000 }).toContain('\n');
    process.kill(first(started.out()).pid, 'SIGKILL');
    expect(await ended(started)).toMatchObject({ code: null, signal: 'SIGKILL' });
  });
});

describe('bin/sirocco.js', () => {
  it('says what is needed where there is only an old Node', async () => {
    using folder = installed(sources, false);
    expect(await ended(start(old, folder.path))).toMatchObject({
      code: 1,
      out: '',
      err: 'sirocco: Node 24 or later is needed and this is 20.20.2: run npm ci, or install a newer Node\n',
    });
  });

  it('says what is missing where there is neither source nor bundle', async () => {
    using folder = installed(manifest);
    expect(await ended(start(current, folder.path))).toMatchObject({
      code: 1,
      err: 'sirocco: neither src/cli/main.ts nor dist/main.js is here: run npm run build\n',
    });
  });

  it('works through a link, as a global installation makes one', async () => {
    using folder = installed(sources);
    symlinkSync(join(folder.path, 'bin', 'sirocco.js'), join(folder.path, 'sirocco'));
    const child = spawn(process.execPath, [join(folder.path, 'sirocco'), '4'], { stdio: 'ignore' });
    expect(await once(child, 'close')).toEqual([4, null]);
  });
});
