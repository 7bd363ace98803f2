/** Printing: results on stdout, in a form that people or programs read; everything else on stderr. */

import pc from 'picocolors';
import { stringify } from 'yaml';
import { errorTable, type Problem, SiroccoError } from '../base/errors.ts';
import { explainAll } from '../spec/explain.ts';

export const formats = ['table', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];

export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface Output {
  format: Format;
  readonly color: ReturnType<typeof pc.createColors>;
  /** Progress may be shown: stderr is a terminal. */
  readonly interactive: boolean;
  /** One value: as JSON or YAML, or what `human` makes of it. */
  value(value: unknown, human: () => string): void;
  /** Text on stdout, whatever the format. */
  text(line: string): void;
  /** A line for people on stderr. */
  say(line: string): void;
  error(error: unknown): number;
}

export function createOutput(stdout: Sink, stderr: Sink, env: Readonly<Record<string, string | undefined>>): Output {
  const color = pc.createColors(stdout.isTTY === true && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb');
  const output: Output = {
    format: 'table',
    color,
    interactive: stderr.isTTY === true,
    value(value, human) {
      if (output.format === 'json') stdout.write(`${JSON.stringify(value, null, 2)}\n`);
      else if (output.format === 'yaml') stdout.write(stringify(value));
      else stdout.write(`${human()}\n`);
    },
    text: line => stdout.write(`${line}\n`),
    say: line => stderr.write(`${line}\n`),
    error(error) {
      const known = error instanceof SiroccoError ? error : undefined;
      if (output.format === 'json') stderr.write(`${JSON.stringify({ error: errorBody(error) })}\n`);
      else if (known !== undefined) {
        for (const line of explainAll(known.problems)) {
          stderr.write(line.startsWith('hint: ') ? `${color.dim(line)}\n` : `${color.red('error')} ${line}\n`);
        }
      } else {
        const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
        stderr.write(`${color.red('error')} SIR-502 ${trace}\n${color.dim(`hint: ${errorTable['SIR-502'].hint}`)}\n`);
      }
      return known?.exitCode ?? errorTable['SIR-502'].exit;
    },
  };
  return output;
}

function errorBody(error: unknown): object {
  if (!(error instanceof SiroccoError)) {
    return {
      code: 'SIR-502',
      message: error instanceof Error ? error.message : String(error),
      hint: errorTable['SIR-502'].hint,
    };
  }
  const [problem = { code: error.code, message: error.message }] = error.problems;
  return {
    ...problemBody(problem),
    hint: error.hint,
    ...(error.problems.length > 1 ? { more: error.problems.slice(1).map(problemBody) } : {}),
  };
}

function problemBody({ code, message, key, found, allowed, didYouMean, line, column, source }: Problem): object {
  const given = { code, message, key, found, allowed, did_you_mean: didYouMean, source, line, column };
  return Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined));
}

/** One line without anything that a terminal would act on: what others wrote is only to be read. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').toWellFormed();
}

/** Rows under headings, columns padded to the widest cell. */
export function table(headings: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map(row => row.map(plain));
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map(row => (row[i] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}

/** `key  value` lines, keys padded. */
export function pairs(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `${plain(key).padEnd(width)}  ${plain(value)}`.trimEnd()).join('\n');
}
