/** Where `validate` and `plan` take a spec from: a file, standard input, a Variable, or `key=value` words. */

import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { SiroccoError } from '../../base/errors.ts';
import type { Cli } from '../cli.ts';
import { usage } from '../usage.ts';
import { type Items, itemsOfText } from './items.ts';

export interface InputOptions {
  /** Path of a Variable that is there already. */
  readonly var?: string;
  readonly name?: string;
  /** It is an experiment of the library, without a time. */
  readonly experiment?: boolean;
}

export interface SpecInput {
  readonly name: string;
  readonly items: Items;
  readonly isExperiment: boolean;
  /** What lines of a document are counted in. */
  readonly source?: string;
  /** Of the Variable, where it is one. */
  readonly namespace?: string;
  /** Milliseconds since the epoch: of a Variable that is there. */
  readonly modifyTime?: number;
}

/** The name of a spec that has none: it is only looked at. */
const nameless = 'unnamed';

/**
 * Reads the spec that the words of a command line mean, as `nomad var put` would: the first may be a file, `@FILE`, `-`,
 * or the path of a schedule; `key=value` words replace what that holds. A SiroccoError where there is none.
 */
export async function readInput(cli: Cli, words: readonly string[], options: InputOptions): Promise<SpecInput> {
  if (options.var !== undefined) {
    if (words.length > 0)
      throw usage('--var takes the spec from a Variable: nothing else can be given with it', {
        found: words.join(' '),
      });
    return ofVariable(cli, options.var, options);
  }
  const [first, ...rest] = words;
  if (first === undefined) {
    const allowed =
      'a FILE, - for standard input, --var PATH, or key=value words such as fault=alloc-kill target_job=web';
    throw usage('there is no spec to look at', { allowed });
  }
  const { prefix } = cli.settings();
  const base = isPair(first) ? undefined : await ofFirst(first, cli.stdin, prefix);
  const pairs = await eachPair(base === undefined ? words : rest, cli.stdin);
  const items = { ...base?.items, ...pairs };
  const name = options.name ?? base?.name ?? nameless;
  return {
    name,
    items,
    isExperiment: options.experiment === true || base?.isExperiment === true,
    ...(base?.source === undefined ? {} : { source: base.source }),
    ...(base?.namespace === undefined ? {} : { namespace: base.namespace }),
  };
}

interface Base {
  readonly items: Items;
  readonly isExperiment?: boolean;
  readonly source?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** `fault=alloc-kill`; a path may hold `=` too, but no key of ours holds a slash or a dot before it. */
function isPair(word: string): boolean {
  return /^[^=/.@-][^=/]*=/s.test(word);
}

async function ofFirst(word: string, stdin: Readable, prefix: string): Promise<Base> {
  // As in `nomad var put chaos/schedule/web-kill fault=…`: the path only names it.
  const named = nameIn(word, prefix);
  if (named !== undefined) return { items: {}, ...named };
  const file = word.startsWith('@') ? word.slice(1) : word;
  const text = word === '-' ? await textOf(stdin) : await fileText(file);
  const source = word === '-' ? 'standard input' : file;
  const { items, path, namespace } = itemsOfText(text, source);
  const name = word === '-' ? undefined : stem(file);
  return {
    items,
    source,
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : nameIn(path, prefix)),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** What a path of a Variable says of it. */
function nameIn(path: string, prefix: string): { readonly name: string; readonly isExperiment: boolean } | undefined {
  for (const [folder, isExperiment] of [
    ['schedule', false],
    ['experiments', true],
  ] as const) {
    const start = `${prefix}/${folder}/`;
    if (path.startsWith(start)) return { name: path.slice(start.length), isExperiment };
  }
  return undefined;
}

/** The name of a file without folder and ending, where a schedule may be called so. */
function stem(file: string): string | undefined {
  const name = file.replace(/^.*\//s, '').replace(/(?:\.[a-z0-9]+)+$/i, '');
  return /^[a-z0-9-]{1,64}$/.test(name) ? name : undefined;
}

async function eachPair(words: readonly string[], stdin: Readable): Promise<Items> {
  const items: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) {
      const allowed = 'key=value, where the value may be @FILE, or - for standard input';
      throw usage(`\`${word}\` is not key=value`, { found: word, allowed });
    }
    const value = word.slice(at + 1);
    items[word.slice(0, at)] = await itemValue(value, stdin);
  }
  return items;
}

/** `-` is standard input, `@FILE` a file; a backslash before the `@` takes that meaning from it. */
async function itemValue(value: string, stdin: Readable): Promise<string> {
  if (value === '-') return textOf(stdin);
  if (value.startsWith('@')) return fileText(value.slice(1));
  return value.startsWith('\\@') ? value.slice(1) : value;
}

async function ofVariable(cli: Cli, path: string, options: InputOptions): Promise<SpecInput> {
  const { namespace, prefix } = cli.settings();
  const variable = await cli.nomad().readVariable(namespace, path);
  if (variable === undefined) {
    const message = `no Variable ${path} is in namespace ${namespace}`;
    throw new SiroccoError({ code: 'SIR-304', message, key: '--var', found: path });
  }
  const named = nameIn(path, prefix);
  return {
    name: options.name ?? named?.name ?? path.replace(/^.*\//s, ''),
    items: variable.Items ?? {},
    isExperiment: options.experiment ?? named?.isExperiment ?? false,
    source: path,
    namespace,
    modifyTime: Math.floor(variable.ModifyTime / 1e6),
  };
}

async function textOf(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Buffer | string));
  return Buffer.concat(chunks).toString('utf8');
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^([A-Z]+): ([^,]+),.*$/s, '$2') : String(error);
    const allowed = 'a FILE, @FILE, - for standard input, or key=value';
    const problem = {
      code: 'SIR-501',
      message: `${file} can't be read: ${why}`,
      key: 'FILE',
      found: file,
      allowed,
    } as const;
    throw new SiroccoError(problem, [], { cause: error });
  }
}
