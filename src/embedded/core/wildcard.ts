/** Patterns with `*`, as in ACL rules and datacenters. */

const cache = new Map<string, RegExp>();

/** Whether a text matches a pattern in which `*` stands for any characters, also none. */
export function wildcardMatches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  let regexp = cache.get(pattern);
  if (regexp === undefined) {
    const source = pattern.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    regexp = new RegExp(`^${source.join('[^]*')}$`);
    cache.set(pattern, regexp);
  }
  return regexp.test(text);
}

/** The value of the pattern that fits best: the text itself, else the pattern with the most characters besides `*`. */
export function bestMatch<T>(patterns: Readonly<Record<string, T>>, text: string): T | undefined {
  if (Object.hasOwn(patterns, text)) return patterns[text];
  let best: { length: number; value: T } | undefined;
  for (const [pattern, value] of Object.entries(patterns)) {
    if (!wildcardMatches(pattern, text)) continue;
    const { length } = pattern.replaceAll('*', '');
    if (best === undefined || length > best.length) best = { length, value };
  }
  return best?.value;
}
