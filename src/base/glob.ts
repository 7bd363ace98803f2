/** Globs over names: `*` any run of characters, `?` one, `[a-f]` one of a set, `[!a-f]` one outside it, `\` takes the next as it is. */

import { misread, type Reading, read } from './reading.ts';

/** Whether a whole name matches. Takes at most length of pattern times length of name steps. */
export type Glob = (name: string) => boolean;

type Token = { readonly kind: 'star' } | { readonly kind: 'one'; readonly accepts: (c: string) => boolean };

const allowedWords =
  'a name or a glob: * any characters, ? one, [a-f] one of a set, [!a-f] one outside it, \\ before a sign meant as it is';

/** Compiles a pattern, or says what is wrong with it. Never throws. */
export function parseGlob(pattern: string): Reading<Glob> {
  if (!isGlob(pattern)) return read(name => name === pattern);
  const tokens = tokensOf([...pattern]);
  if (tokens === undefined) return misread(pattern, 'a glob', allowedWords);
  return read(name => matches(tokens, [...name]));
}

/** The matcher of a pattern; one that `parseGlob` refuses matches nothing but itself. */
export function glob(pattern: string): Glob {
  const reading = parseGlob(pattern);
  return reading.ok ? reading.value : name => name === pattern;
}

/** Whether a pattern is more than a plain name. */
export function isGlob(pattern: string): boolean {
  return /[*?[\\]/.test(pattern);
}

function tokensOf(signs: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let i = 0; i < signs.length; i += 1) {
    const sign = signs[i];
    if (sign === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (sign === '?') {
      tokens.push({ kind: 'one', accepts: () => true });
    } else if (sign === '[') {
      const set = setAt(signs, i + 1);
      if (set === undefined) return undefined;
      tokens.push({ kind: 'one', accepts: set.accepts });
      i = set.end;
    } else {
      const literal = sign === '\\' ? signs[++i] : sign;
      if (literal === undefined) return undefined;
      tokens.push({ kind: 'one', accepts: c => c === literal });
    }
  }
  return tokens;
}

/** The set whose first sign is at `start`; `end` is its `]`. A `]` right at the start is one of the set. */
function setAt(signs: readonly string[], start: number): { accepts: (c: string) => boolean; end: number } | undefined {
  const negated = signs[start] === '!' || signs[start] === '^';
  const first = negated ? start + 1 : start;
  const end = signs.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const ranges: (readonly [number, number])[] = [];
  for (let i = first; i < end; i += 1) {
    const isRange = signs[i + 1] === '-' && i + 2 < end;
    const low = codePoint(signs[i]);
    const high = isRange ? codePoint(signs[i + 2]) : low;
    if (low > high) return undefined;
    ranges.push([low, high]);
    if (isRange) i += 2;
  }
  const inside = (c: string) => ranges.some(([low, high]) => low <= codePoint(c) && codePoint(c) <= high);
  return { accepts: c => inside(c) !== negated, end };
}

function codePoint(sign: string | undefined): number {
  return sign?.codePointAt(0) ?? -1;
}

/** Only the last star is ever gone back to: earlier ones can't help any more. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let t = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    const token = tokens[t];
    const sign = name[n] ?? '';
    if (token?.kind === 'one' && token.accepts(sign)) {
      t += 1;
      n += 1;
    } else if (token?.kind === 'star') {
      star = t;
      resume = n;
      t += 1;
    } else if (star >= 0) {
      resume += 1;
      t = star + 1;
      n = resume;
    } else {
      return false;
    }
  }
  while (tokens[t]?.kind === 'star') t += 1;
  return t === tokens.length;
}
