/** Problems as lines for people. */

import { errorTable, type Problem } from '../base/errors.ts';

/** One problem on one line: its place where it has one (`file:line:column`), its code, what is wrong, what was found, what is allowed or probably meant. */
export function explain(problem: Problem): string {
  const { message, found, allowed, didYouMean } = problem;
  const parts = [message];
  // most messages quote what was found already
  if (found !== undefined && !message.includes(`\`${found}\``)) parts.push(`found \`${found}\``);
  // all keys are a long list, and of no use beside the right one
  if (allowed !== undefined && !(problem.code === 'SIR-101' && didYouMean !== undefined))
    parts.push(`allowed: ${allowed}`);
  if (didYouMean !== undefined) parts.push(`did you mean \`${didYouMean}\`?`);
  const { line, column = 1, source } = problem;
  const file = source === undefined ? '' : `${source}:`;
  const place = line === undefined ? '' : `${file}${line}:${column}: `;
  return `${place}${problem.code} ${parts.join('; ')}`;
}

/** All problems, a line each, and the hints of their codes, each once. */
export function explainAll(problems: readonly Problem[]): readonly string[] {
  const hints = new Set(problems.map(problem => errorTable[problem.code].hint));
  return [...problems.map(explain), ...[...hints].map(hint => `hint: ${hint}`)];
}
