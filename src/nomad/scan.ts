/** Finding the end of a JSON value in bytes, without making anything of it. */

const quote = 0x22;
const backslash = 0x5c;

/**
 * The index after the object or array that begins at `from`; -1 when it doesn't end before `to` or none begins there.
 * Brackets are counted outside of strings; whether the rest is JSON is for whoever parses it.
 */
export function endOfValue(bytes: Uint8Array, from: number, to: number): number {
  let depth = 0;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i] as number;
    if (byte === quote) {
      i = endOfString(bytes, i, to);
      if (i < 0) return -1;
      // `{` and `[`, `}` and `]`, differ in one bit only, and nothing else outside of strings shares the rest.
    } else if ((byte | 0x20) === 0x7b) depth += 1;
    else if ((byte | 0x20) === 0x7d) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
    if (depth === 0) return -1;
  }
  return -1;
}

/** The index of the quote that ends the string begun at `from`; -1: none before `to`. */
function endOfString(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from + 1; i < to; i += 1) {
    const byte = bytes[i] as number;
    if (byte === quote) return i;
    if (byte === backslash) i += 1;
  }
  return -1;
}
