/** The YAML or JSON text of one limit: plain values only, and never nested without end. */

import { type Document, visit, type YAMLParseError, type YAMLWarning } from 'yaml';
import { type Misread, misread, type Reading, read, shown } from '../../base/reading.ts';
import { composed } from '../../spec/document/yaml-parse.ts';
import { syntaxProblem } from '../../spec/document/yaml-words.ts';

/** A list of mappings that hold lists is three deep. */
const deepest = 8;

/** The value of a text, mappings as Maps; `undefined` for an empty one. `allowed` says what should stand there. */
export function readYaml(text: string, allowed: string): Reading<unknown> {
  if (text.trim() === '') return read(undefined);
  const document = composed(text, deepest);
  if (document === undefined) return misread(text, `nested at most ${deepest} deep`, allowed);
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return { ok: false, misread: wordsFor(error, text) };
  const extra = extraIn(document);
  if (extra !== undefined) return misread(text, `plain YAML: ${extra} is not read here`, allowed);
  return read(document.contents?.toJS(document, { mapAsMap: true }));
}

/** What the library found, in the words of documents, with its line. */
function wordsFor(error: YAMLParseError | YAMLWarning, text: string): Misread {
  const line = text.slice(0, error.pos[0]).split('\n').length;
  // `cron: */5 * * * *`: the library takes the star for an alias, and stumbles over what follows it.
  const known = /alias/i.test(error.message) ? ({ ...error, code: 'BAD_ALIAS' } as YAMLParseError) : error;
  const { message, allowed, found = shown(text) } = syntaxProblem(known, text);
  return { message: `line ${line}: ${message}`, found, allowed: allowed ?? '' };
}

/** Few words need none of it, and a nest of aliases grows without bound. */
function extraIn(document: Document.Parsed): string | undefined {
  let found: string | undefined;
  visit(document, {
    Alias: () => {
      found = 'an alias';
      return visit.BREAK;
    },
    Value: (_, node) => {
      if (node.anchor === undefined && node.tag === undefined) return undefined;
      found ??= node.anchor === undefined ? 'a tag' : 'an anchor';
      return undefined;
    },
  });
  return found;
}
