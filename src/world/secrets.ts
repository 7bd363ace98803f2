/** The secret values that this process knows, so that none of them reaches a log line. */

import { formsOf, mask, masked, shortestMasked } from '../base/masking.ts';

export { mask };

export interface Secrets {
  /**
   * Remembers a value until what it answers is called as often as the value was added; never called: for the life of the
   * process, since a token that was replaced may still be in force. Too short ones are ignored.
   */
  add(value: string | undefined): () => void;
  /** The text without any known value, in its plain, JSON and URL forms, and without any signed identity, known or not. */
  scrub(text: string): string;
}

/** A signed identity, as Nomad gives to tasks: known by its shape, since it is renewed all the time. */
const identity = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;

/** An empty set of secrets. */
export function createSecrets(): Secrets {
  /** How often each value was added. */
  const known = new Map<string, number>();
  let longestFirst: readonly string[] = [];
  const sort = () => {
    const forms = new Set([...known.keys()].flatMap(formsOf).filter(form => form !== ''));
    longestFirst = [...forms].sort((a, b) => b.length - a.length);
  };
  const forget = (value: string) => {
    const times = known.get(value) ?? 0;
    if (times > 1) known.set(value, times - 1);
    else if (known.delete(value)) sort();
  };
  return {
    add: value => {
      if (value === undefined || value.length < shortestMasked) return () => {};
      const times = known.get(value) ?? 0;
      known.set(value, times + 1);
      if (times === 0) sort();
      let held = true;
      return () => {
        if (held) forget(value);
        held = false;
      };
    },
    scrub: text => masked(text, longestFirst).replaceAll(identity, mask),
  };
}
