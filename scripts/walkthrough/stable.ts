/** Takes out of a transcript what differs from one run to the next: ids, indexes, ports, times, paths. */

export type Stable = (text: string) => string;

const uuidOrShort = /(?<![\w:])([0-9a-f]{8})(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?(?![\w-])/g;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
const tick = /(?<=_)\d{8}T\d{6}(?:\d{3})?Z/g;
const indexes = /((?:\bmodify index|\bcheck index|_index|\bterm)(?: *=)? +)\d+/gi;
const jsonNumbers = /("(?:Create|Modify)(Index|Time)": )\d+/g;

/** Rounds of `nomad job run` while it waits: all but the last. */
const rounds = /(?:[ ]*\n<time>\nID +=[\s\S]*?Progress Deadline\n.*\n)+?(?=[ ]*\n<time>\nID +=)/g;

/** One for a whole transcript: the same id keeps its word. `address` is the one of Nomad. */
export function createStable(checkout: string, address: string): Stable {
  const ids = new Map<string, string>();
  const idWord = (short: string): string => {
    const known = ids.get(short) ?? `<id ${ids.size + 1}>`;
    ids.set(short, known);
    return known;
  };
  return text =>
    text
      .replaceAll(checkout, '<checkout>')
      .replaceAll(address, 'http://127.0.0.1:4646')
      .replaceAll(/(127\.0\.0\.1):(?!4646\b)\d+/g, '$1:<port>')
      .replaceAll(jsonNumbers, (_, key: string, kind: string) => `${key}<${kind.toLowerCase()}>`)
      .replaceAll(time, wordAsWide('<time>'))
      .replaceAll(tick, wordAsWide('<tick>'))
      .replaceAll(/\b(seed +)[0-9a-f]{16}\b/gi, '$1<seed>')
      .replaceAll(uuidOrShort, (whole, short: string) => (/^\d+$/.test(whole) ? whole : idWord(short)))
      .replaceAll(indexes, '$1<index>')
      .replaceAll(rounds, '');
}

/** The word in place of what was found; in a column of a table as wide as that. */
function wordAsWide(word: string): (found: string, at: number, all: string) => string {
  return (found, at, all) => (all.startsWith('  ', at + found.length) ? word.padEnd(found.length) : word);
}
