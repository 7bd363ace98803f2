/** One copy of each text: thousands of allocations name the same jobs, groups, nodes and tasks. */

export type Intern = (text: string) => string;

/** Past so many texts all are forgotten and collected anew: names of children and nodes come and go for years. */
const limit = 50_000;

/** A function that answers the first copy that it was given of an equal text. */
export function createIntern(): Intern {
  const known = new Map<string, string>();
  return text => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= limit) known.clear();
    known.set(text, text);
    return text;
  };
}
