/** JSON with one text for one value: what hashes are taken of. */

/**
 * The JSON of a value with keys in code-unit order and without those that are undefined; like `JSON.stringify` otherwise.
 * A TypeError for what JSON can't hold: a number that is not finite, a bigint, a function, a cycle.
 */
export function stableJson(value: unknown): string {
  return written(value, new Set());
}

function written(value: unknown, above: Set<object>): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value !== 'object') throw new TypeError(`JSON can't hold ${typeof value} ${String(value)}`);
  if (above.has(value)) throw new TypeError("JSON can't hold a cycle");
  above.add(value);
  const text = Array.isArray(value) ? arrayText(value, above) : objectText(value, above);
  above.delete(value);
  return text;
}

function arrayText(value: readonly unknown[], above: Set<object>): string {
  return `[${value.map(item => (item === undefined ? 'null' : written(item, above))).join(',')}]`;
}

function objectText(value: object, above: Set<object>): string {
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${written(item, above)}`).join(',')}}`;
}
