/** Measures as lines of JSON, as a table for a terminal, and as one for a Markdown page. */

import { cpus, loadavg } from 'node:os';
import { type Measure, ratioOf } from './figure.ts';

/** Processes that wanted to run in the last minute before anything was measured: what else the machine was doing. */
const load = loadavg()[0] ?? 0;

/** Three digits that count. */
function rounded(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

/** One measure as one line; numbers in full. */
export function jsonLine(measure: Measure): string {
  const { name, value, unit, baseline, against, better } = measure;
  return JSON.stringify({ name, value, unit, baseline, ratio: ratioOf(measure), against, better });
}

const heads = ['figure', 'value', 'baseline', 'unit', 'ratio', 'better', 'baseline is'];

function cells(measure: Measure): readonly string[] {
  const ratio = ratioOf(measure);
  return [
    measure.name,
    rounded(measure.value),
    measure.baseline === undefined ? '' : rounded(measure.baseline),
    measure.unit,
    ratio === undefined ? '' : rounded(ratio),
    measure.better,
    measure.against ?? '',
  ];
}

export function table(measures: readonly Measure[]): string {
  const rows = [heads, ...measures.map(cells)];
  const widths = heads.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const isNumber = (column: number) => [1, 2, 4].includes(column);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** A table and what it was measured on, for `docs/performance.md`. */
export function markdown(measures: readonly Measure[]): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const rule = heads.map((_, column) => ([1, 2, 4].includes(column) ? '---:' : '---'));
  const node = process.versions.node.split('.')[0];
  const machine = `Measured on ${cpus().length} cores with Node ${node}, beside other work (load ${load.toFixed(1)} at the start).`;
  return [machine, '', line(heads), line(rule), ...measures.map(each => line(cells(each)))].join('\n');
}
