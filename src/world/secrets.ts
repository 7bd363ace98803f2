/** The secret values that this process knows, so that none of them reaches a log line. */

/** Shorter values would take ordinary words out of the log with them. */
const shortest = 8;

export const mask = '[redacted]';

export interface Secrets {
  /** Remembers a value for the life of the process: a token that was replaced may still be in force. Too short ones are ignored. */
  add(value: string | undefined): void;
  /** The text without any known value, in its plain, JSON and URL forms, and without any signed identity, known or not. */
  scrub(text: string): string;
}

/** A signed identity, as Nomad gives to tasks: known by its shape, since it is renewed all the time. */
const identity = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;

function forms(value: string): readonly string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

/** An empty set of secrets. */
export function createSecrets(): Secrets {
  const known = new Set<string>();
  let longestFirst: readonly string[] = [];
  return {
    add: value => {
      if (value === undefined || value.length < shortest) return;
      for (const form of forms(value)) known.add(form);
      longestFirst = [...known].sort((a, b) => b.length - a.length);
    },
    scrub: text =>
      longestFirst.reduce((rest, secret) => rest.replaceAll(secret, mask), text).replaceAll(identity, mask),
  };
}
