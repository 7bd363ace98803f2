/** Things that are lent to one user at a time, first come first served. */

export interface Turns<T> {
  /** Runs `use` with one of the things, when one is free. */
  take<R>(use: (thing: T) => Promise<R>): Promise<R>;
}

export function createTurns<T>(things: readonly T[]): Turns<T> {
  const free = [...things];
  const waiting: ((thing: T) => void)[] = [];
  const give = (thing: T) => {
    const next = waiting.shift();
    if (next === undefined) free.push(thing);
    else next(thing);
  };
  return {
    async take(use) {
      const [thing] = free.length > 0 ? free.splice(0, 1) : [await new Promise<T>(resolve => waiting.push(resolve))];
      try {
        return await use(thing as T);
      } finally {
        give(thing as T);
      }
    },
  };
}
