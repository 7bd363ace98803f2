/** Takes out of a transcript what differs from one run to the next: ids, indexes, ports, times, paths. */

export type Stable = (text: string) => string;

const uuidOrShort = /\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<![\w:])([0-9a-f]{8})(?![\w-])/g;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
const tick = /\b\d{8}T\d{6}(?:\d{3})?Z\b/g;

/** Rounds of `nomad job run` while it waits: all but the last. */
const rounds = /(?:[ ]*\n<time>\nID +=[\s\S]*?Progress Deadline\n.*\n)+?(?=[ ]*\n<time>\nID +=)/g;

/** One for a whole transcript: the same id keeps its word. `address` is the one of Nomad. */
export function createStable(checkout: string, address: string): Stable {
  const ids = new Map<string, string>();
  const wordOf = (short: string): string => {
    const known = ids.get(short) ?? `<id ${ids.size + 1}>`;
    ids.set(short, known);
    return known;
  };
  return text =>
    text
      .replaceAll(checkout, '<checkout>')
      .replaceAll(address, 'http://127.0.0.1:4646')
      .replaceAll(/(127\.0\.0\.1):(?!4646\b)\d+/g, '$1:<port>')
      .replaceAll(time, '<time>')
      .replaceAll(tick, '<tick>')
      .replaceAll(/\b(seed +)[0-9a-f]{16}\b/gi, '$1<seed>')
      .replaceAll(uuidOrShort, (whole, long: string | undefined, short: string | undefined) =>
        /^\d+$/.test(whole) ? whole : wordOf(long ?? short ?? ''),
      )
      .replaceAll(/\b((?:modify |check )?index(?: +=)? |_index +(?:= )?|term )\d+/gi, '$1<index>')
      .replaceAll(rounds, '');
}
