/** Printing: results on stdout, in a form that people or programs read; everything else on stderr. */

import pc from 'picocolors';
import { stringify } from 'yaml';
import { errorTable, type Problem, SiroccoError } from '../base/errors.ts';

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
        for (const problem of known.problems) stderr.write(`${color.red('error')} ${problemLine(problem)}\n`);
        stderr.write(`${color.dim(`hint: ${known.hint}`)}\n`);
      } else
        stderr.write(
          `${color.red('error')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
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
  const problem = error.problems[0];
  return {
    code: error.code,
    message: error.message,
    ...(problem?.key === undefined ? {} : { key: problem.key }),
    ...(problem?.found === undefined ? {} : { found: problem.found }),
    ...(problem?.allowed === undefined ? {} : { allowed: problem.allowed }),
    ...(problem?.didYouMean === undefined ? {} : { did_you_mean: problem.didYouMean }),
    hint: error.hint,
    ...(error.problems.length > 1
      ? { more: error.problems.slice(1).map(each => ({ code: each.code, message: each.message, key: each.key })) }
      : {}),
  };
}

/** A problem in one line: code, message, what is allowed, the nearest word. */
export function problemLine(problem: Problem): string {
  const allowed =
    problem.allowed === undefined || problem.message.includes(problem.allowed) ? '' : `; allowed: ${problem.allowed}`;
  const near =
    problem.didYouMean === undefined || problem.message.includes(problem.didYouMean)
      ? ''
      : `; did you mean ${problem.didYouMean}?`;
  return `${problem.code} ${problem.message}${allowed}${near}`;
}

/** Rows under headings, columns padded to the widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
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
  return entries.map(([key, value]) => `${key.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}
