/** What is wrong with the text of a document, in words. */

import type { YAMLParseError, YAMLWarning } from 'yaml';
import type { Problem } from '../../base/errors.ts';
import { shown } from '../../base/reading.ts';

export type Words = Pick<Problem, 'message' | 'allowed' | 'found' | 'didYouMean'>;

const plainYaml = 'YAML 1.2 or JSON; text that holds a colon, a bracket or a # in quotes';

/** By the library's code; what is not here is told in its own words. */
const table: { readonly [code: string]: Words } = {
  DUPLICATE_KEY: { message: 'this key is there twice', allowed: 'each key once' },
  TAB_AS_INDENT: { message: 'a tab begins this line', allowed: 'spaces before a key' },
  MULTIPLE_DOCS: {
    message: 'a second document begins here',
    allowed: 'one document, without --- below its first line',
  },
  TAG_RESOLVE_FAILED: { message: 'a tag, which is not read here', allowed: 'plain values without a tag' },
  BAD_ALIAS: {
    message: '`*` begins an alias, which is not read here',
    allowed: 'text that begins with * in quotes, such as cron: "*/5 * * * *"',
  },
  BAD_SCALAR_START: {
    message: 'text can not begin with this sign unless it is in quotes',
    allowed: 'text in quotes, such as cron: "@daily"',
  },
  BLOCK_AS_IMPLICIT_KEY: { message: 'a second key on one line', allowed: 'one key a line, or {a: 1, b: 2}' },
  MISSING_CHAR: { message: 'a quote, a bracket or a comma is missing', allowed: plainYaml },
  BAD_INDENT: {
    message: 'this line is not indented as those above it ask',
    allowed: 'spaces, the same for all keys of one mapping',
  },
  BAD_DIRECTIVE: { message: 'a directive, which is not read here', allowed: plainYaml },
};

/** What an error of the library means for whoever wrote the text. */
export function syntaxProblem(error: YAMLParseError | YAMLWarning, text: string): Words {
  const found = shown(text.slice(error.pos[0]).split('\n', 1)[0] ?? '');
  const words = table[error.code] ?? {
    message: `it can't be read: ${shown(error.message.split('\n', 1)[0] ?? '')}`,
    allowed: plainYaml,
  };
  return { ...words, ...(found === '' ? {} : { found }) };
}

export function tooLong(length: number, longest: number): Words {
  const message = `the document has ${length} characters, and ${longest} are read`;
  return { message, found: String(length), allowed: `at most ${longest} characters` };
}

export function tooDeep(deepest: number): Words {
  return { message: `values nested deeper than ${deepest}`, allowed: `at most ${deepest} within one another` };
}
