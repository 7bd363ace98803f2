/** The YAML library's parser, kept from texts that are nested without end. */

import { Composer, type Document, Lexer, Parser, YAMLParseError } from 'yaml';

/** What stands round the values themselves on the parser's stack. */
const spare = 3;

/** The document of a text, with its errors; undefined where it is nested deeper than `deepest`. */
export function composed(text: string, deepest: number): Document.Parsed | undefined {
  const parser = new Parser();
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > deepest + spare) return undefined;
  }
  tokens.push(...parser.end());
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: true, logLevel: 'silent' });
  let document: Document.Parsed | undefined;
  for (const each of composer.compose(tokens, true, text.length)) {
    if (document === undefined) document = each as Document.Parsed;
    else document.errors.push(...severalDocuments(each as Document.Parsed));
  }
  return document;
}

function severalDocuments({ range }: Document.Parsed) {
  return [new YAMLParseError([range[0], range[1]], 'MULTIPLE_DOCS', 'Source contains multiple documents')];
}
