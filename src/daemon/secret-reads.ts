import type { NomadRequest, Outcome } from '../nomad/types.ts';
import type { Timers } from '../world/types.ts';
import type { Connection } from './types.ts';

export interface SecretReads {
  /** First part of the paths of our Variables. */
  readonly prefix: string;
  /** Told each value; what it answers forgets it. */
  readonly add: (value: string) => () => void;
  readonly timers: Timers;
}

/** A value that is in use is read again sooner than this; nobody has one that was read longer ago. */
const forgetAfterMs = 150_000;

/**
 * A connection that tells of each value of `<prefix>/secrets/…` that is read by it, before whoever asked hears of it, so
 * that no line of the log can hold one.
 */
export function secretReads(connection: Connection, { prefix, add, timers }: SecretReads): Connection {
  const start = `/v1/var/${prefix}/secrets/`;
  const cancels = new Set<() => void>();
  const keep = (value: string) => {
    const forget = add(value);
    const cancel = timers.after(forgetAfterMs, () => {
      cancels.delete(cancel);
      forget();
    });
    cancels.add(cancel);
  };
  return {
    ...connection,
    async send(request) {
      const outcome = await connection.send(request);
      if (request.path.startsWith(start)) for (const value of valuesOf(request, outcome)) keep(value);
      return outcome;
    },
    close() {
      for (const cancel of cancels) cancel();
      cancels.clear();
      return connection.close();
    },
  };
}

function valuesOf({ method }: NomadRequest, outcome: Outcome): readonly string[] {
  if (method !== 'GET' || outcome.kind !== 'ok') return [];
  const items = (outcome.response.body as { readonly Items?: unknown } | null)?.Items;
  return typeof items === 'object' && items !== null
    ? Object.values(items).filter(each => typeof each === 'string')
    : [];
}
