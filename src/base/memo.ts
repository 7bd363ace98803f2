/** Answers kept by their question: for what is asked again and again and costs more than a look. */

/** `make`, asked once for each key; past `most` keys the one that came first is forgotten. */
export function memo<K, V>(most: number, make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return key => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    if (known.size >= most) for (const first of known.keys()) if (known.delete(first)) break;
    known.set(key, made);
    return made;
  };
}
