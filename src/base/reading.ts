/** How a text that a person wrote was read: a value, or what to say about it. */

/** What was wrong with one value, in words for its writer. */
export interface Misread {
  readonly message: string;
  /** The value as it was found, shortened and printable. */
  readonly found: string;
  readonly allowed: string;
  readonly didYouMean?: string;
}

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly misread: Misread };

const longest = 80;

/** Any value as one printable line of at most 80 characters: what errors show as found. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (stringified(value) ?? typeof value);
  return printable(text.length > longest ? `${text.slice(0, longest - 1)}…` : text);
}

/** A text on one line, without anything that a terminal would act on. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]/gu, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function stringified(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a cycle or a bigint: only its kind can be shown
  }
}

/** A failed reading; `what` is what had been expected, such as `a duration`. */
export function misread(value: unknown, what: string, allowed: string, didYouMean?: string): Reading<never> {
  const found = value === undefined ? 'nothing' : shown(value);
  const missing = value === undefined || found === '';
  const message = missing ? `${what} is needed` : `\`${found}\` is not ${what}`;
  return { ok: false, misread: { message, found, allowed, ...(didYouMean === undefined ? {} : { didYouMean }) } };
}

/** A successful reading. */
export function read<T>(value: T): Reading<T> {
  return { ok: true, value };
}
