/** A page of the reference, and the Markdown that its writers need. */

export interface Page {
  /** From the root of the checkout. */
  readonly path: string;
  readonly text: string;
}

const generatedFrom = (sources: string) => `<!-- Written by \`npm run generate\` from ${sources}. -->`;

/** A page from its blocks, which blank lines part. `sources` says what it is made of. */
export function page(path: string, title: string, sources: string, blocks: readonly string[]): Page {
  return { path, text: `${[generatedFrom(sources), `# ${title}`, ...blocks].join('\n\n')}\n` };
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** One line, in which no bar ends the cell. */
function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

/** Text as it is written in a terminal; nothing for nothing. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

export function codes(words: readonly string[]): string {
  return words.map(code).join(', ');
}

export function fenced(text: string, language = 'sh'): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Sentences of tables begin with a capital letter and end with a full stop. */
export function sentence(text: string): string {
  const upper = text.slice(0, 1).toUpperCase() + text.slice(1);
  return text === '' || /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
