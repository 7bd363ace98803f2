/** The `filter` of list requests: comparisons of fields, joined by `and`, `or`, `not` and parentheses. */

import { Refusal } from './failure.ts';

type Predicate = (item: unknown) => boolean;

const tokenShape = /\s*(\(|\)|==|!=|"(?:[^"\\]|\\.)*"|`[^`]*`|[A-Za-z0-9_.\-/[\]"]+)/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  tokenShape.lastIndex = 0;
  while (tokenShape.lastIndex < text.trimEnd().length) {
    const at = tokenShape.lastIndex;
    const match = tokenShape.exec(text);
    if (match?.[1] === undefined) throw broken(text, `unexpected "${text.slice(at).trim()}"`);
    tokens.push(match[1]);
  }
  return tokens;
}

function broken(text: string, why: string): Refusal {
  return new Refusal(400, `failed to read filter expression "${text}": ${why}`);
}

function selected(item: unknown, selector: string): unknown {
  let value = item;
  // What stands in brackets is one key, its dots too: `Meta["tier.x"]`.
  for (const [, bracketed, plain] of selector.matchAll(/\["?([^"\]]+)"?\]|([^.[\]]+)/g)) {
    const part = bracketed ?? plain ?? '';
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

const isEmpty = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

function contains(value: unknown, wanted: string): boolean {
  if (typeof value === 'string') return value.includes(wanted);
  if (Array.isArray(value)) return value.map(String).includes(wanted);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, wanted);
}

const literal = (token: string) => (/^["`]/.test(token) ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token);

/** Compiles a filter; status 400 for what can't be read. */
export function parseFilter(text: string): Predicate {
  const tokens = tokenize(text);
  let at = 0;
  const next = (): string => {
    const token = tokens[at];
    if (token === undefined) throw broken(text, 'it ends too early');
    at += 1;
    return token;
  };
  const accept = (word: string): boolean => {
    if (tokens[at] !== word) return false;
    at += 1;
    return true;
  };

  const comparison = (): Predicate => {
    const left = next();
    const operator = next();
    if (operator === 'is') {
      const negated = accept('not');
      if (next() !== 'empty') throw broken(text, 'expected "empty"');
      return item => isEmpty(selected(item, left)) !== negated;
    }
    if (operator === 'in' || operator === 'not') {
      if (operator === 'not' && next() !== 'in') throw broken(text, 'expected "in"');
      const selector = next();
      return item => contains(selected(item, selector), literal(left)) === (operator === 'in');
    }
    const right = literal(next());
    switch (operator) {
      case '==':
        return item => String(selected(item, left)) === right;
      case '!=':
        return item => String(selected(item, left)) !== right;
      case 'contains':
        return item => contains(selected(item, left), right);
      case 'matches': {
        const pattern = new RegExp(right);
        return item => pattern.test(String(selected(item, left) ?? ''));
      }
      default:
        throw broken(text, `"${operator}" is none of ==, !=, contains, in, matches, is empty`);
    }
  };

  const unary = (): Predicate => {
    if (accept('not')) {
      const inner = unary();
      return item => !inner(item);
    }
    if (!accept('(')) return comparison();
    const inner = either();
    if (next() !== ')') throw broken(text, 'expected ")"');
    return inner;
  };

  const both = (): Predicate => {
    let left = unary();
    while (accept('and')) {
      const [first, second] = [left, unary()];
      left = item => first(item) && second(item);
    }
    return left;
  };

  const either = (): Predicate => {
    let left = both();
    while (accept('or')) {
      const [first, second] = [left, both()];
      left = item => first(item) || second(item);
    }
    return left;
  };

  const whole = either();
  if (at < tokens.length) throw broken(text, `unexpected "${tokens[at]}"`);
  return whole;
}
