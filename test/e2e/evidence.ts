/** What was seen, as Markdown: written only where SIROCCO_EVIDENCE names a folder, printed as a table otherwise not at all. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Evidence {
  readonly title: string;
  /** Sentences above the table. */
  readonly text?: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Writes `<folder>/<name>.md`; ids, ports, paths of this machine and times of day are replaced. */
export function writeEvidence(name: string, evidence: Evidence): void {
  const folder = process.env['SIROCCO_EVIDENCE'];
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), markdown(evidence));
}

function markdown({ title, text = [], columns, rows }: Evidence): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(each => withoutPlace(each).replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(columns), line(columns.map(() => '---')), ...rows.map(line)];
  return `${[`# ${title}`, ...text.map(withoutPlace), table.join('\n')].join('\n\n')}\n`;
}

/** What differs from machine to machine, and from run to run, has no place in a document. */
function withoutPlace(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/\b(allocation|node \S+) \(?[0-9a-f]{8}\)?/g, '$1 <id>')
    .replaceAll(/\b127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replaceAll(/\d{8}T\d{6,9}Z/g, '<tick>')
    .replaceAll(/(?<![\w.])\/(?:tmp|var|home|root|work)\/[^\s"')]+/g, '<path>');
}
