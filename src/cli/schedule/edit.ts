/** A schedule in the person's own editor. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, SiroccoError } from '../../base/errors.ts';
import { explainAll } from '../../spec/explain.ts';
import type { Cli } from '../cli.ts';
import { fromEnv } from '../settings.ts';
import { itemsOfText } from '../spec/items.ts';
import type { Items } from './write.ts';

/**
 * The items after editing, valid; undefined: as they were. A SiroccoError where there is no editor, it fails, or what it
 * left is not valid: then the text is kept in a file that the message names.
 */
export async function editText(
  cli: Cli,
  name: string,
  items: Items,
  problemsOf: (items: Items) => readonly Problem[],
): Promise<Items | undefined> {
  const editor = fromEnv(cli.env, 'VISUAL') ?? fromEnv(cli.env, 'EDITOR');
  if (editor === undefined) {
    const message = 'no editor is named by VISUAL or EDITOR';
    throw new SiroccoError({
      code: 'SIR-500',
      message,
      key: 'EDITOR',
      allowed: 'EDITOR=vi sirocco schedule edit NAME',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'sirocco-'));
  const file = join(folder, `${name}.${items['spec'] === undefined ? 'txt' : 'yaml'}`);
  const before = textOf(items);
  await writeFile(file, before, { mode: 0o600 });
  await open(editor, file, cli);
  const after = await readFile(file, 'utf8');
  const edited = itemsOf(after, items, file);
  const [first, ...more] = after === before ? [] : problemsOf(edited);
  if (first !== undefined) {
    for (const line of explainAll(more)) cli.output.say(line);
    throw new SiroccoError(
      { ...first, message: `${first.message}; nothing was written, and the text is kept in ${file}` },
      more,
    );
  }
  await rm(folder, { recursive: true, force: true });
  return after === before ? undefined : edited;
}

/** A document as it is; flat keys one a line, or as JSON where a value has lines of its own. */
function textOf(items: Items): string {
  if (items['spec'] !== undefined) return items['spec'];
  const entries = Object.entries(items);
  if (entries.some(([, value]) => value.includes('\n'))) return `${JSON.stringify(items, null, 2)}\n`;
  return entries.map(([key, value]) => `${key}=${value}\n`).join('');
}

function itemsOf(text: string, before: Items, file: string): Items {
  if (before['spec'] !== undefined) return { ...before, spec: text };
  if (text.trimStart().startsWith('{')) return itemsOfText(text, file).items;
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return Object.fromEntries(
    lines.map(line => {
      const at = line.indexOf('=');
      return at < 1 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** An editor may be a command with words of its own: a shell reads it, and the file is handed in as its argument. */
async function open(editor: string, file: string, cli: Cli): Promise<void> {
  const env = Object.fromEntries(Object.entries(cli.env).filter(([key]) => key !== 'NOMAD_TOKEN'));
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', env: { ...env } });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  const message = `the editor ended with ${code ?? 'a signal'}: nothing was written, and the text is kept in ${file}`;
  throw new SiroccoError({ code: 'SIR-501', message, key: 'EDITOR', found: editor });
}
