/** Comparing what a command printed with what the README shows. */

/** Stands for any text on its line; alone on a line, for any number of lines. */
const gap = '…';

/** Undefined when the output is as expected; else the first line that is not, in words. */
export function difference(expected: string, output: string): string | undefined {
  const wanted = linesOf(expected);
  const found = linesOf(output);
  if (pattern(wanted, '$').test(found.join('\n'))) return undefined;
  const fitting = wanted.findIndex((_, n) => !pattern(wanted.slice(0, n + 1), '(?:\n|$)').test(found.join('\n')));
  if (fitting < 0) return 'more was printed than expected';
  return `expected next: ${wanted[fitting]}`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map(line => line.trimEnd());
  const first = lines.findIndex(line => line !== '');
  const last = lines.findLastIndex(line => line !== '');
  return first < 0 ? [] : lines.slice(first, last + 1);
}

function pattern(lines: readonly string[], end: string): RegExp {
  const parts = lines.map((line, n) => {
    if (line === gap) return n === lines.length - 1 ? String.raw`[\s\S]*` : '(?:[^\n]*\n)*?';
    const text = line.split(gap).map(quote).join('[^\n]*');
    return n === lines.length - 1 ? text : `${text}\n`;
  });
  // A gap at the end may stand for no line at all.
  return new RegExp(`^${parts.join('').replace(/\n\[\\s\\S\]\*$/, '(?:\n[\\s\\S]*)?')}${end}`);
}

function quote(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
