/** Reading what came from outside: each answers a value of the type it names, or undefined. Never throws. */

export type Fields = Readonly<Record<string, unknown>>;

/** An object that is no list, or undefined. */
export function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The items of a list; of anything else none. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number that is not negative: indexes, counts, instants. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** One of a fixed set of words. */
export function word<T extends string>(value: unknown, words: readonly T[]): T | undefined {
  return words.find(each => each === value);
}

/** The texts of an object of texts; what is no text is left out. */
export function texts(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(fields(value) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}
