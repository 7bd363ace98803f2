/** The names of all jobs of a namespace, for globs: a list and the events since, no more of each job than that. */

import { amount, fields, text } from './untrusted.ts';

interface Named {
  readonly isDead: boolean;
  readonly index: number;
}

interface Listing {
  readonly jobs: Map<string, Named>;
  listedAt: number;
}

export interface JobNames {
  watch(namespace: string): void;
  unwatch(namespace: string): void;
  has(namespace: string, job: string): boolean;
  /** Ids, in order, of jobs that are not dead. */
  living(namespace: string): readonly string[];
  /** A list as of `index`; false: older than the one held, and ignored. */
  replace(namespace: string, stubs: readonly unknown[], index: number): boolean;
  /** A job that an event tells of, in a watched namespace; `goneAt` when it was deleted. Answers whether it was news. */
  put(namespace: string, job: unknown, goneAt?: number): boolean;
}

export function createJobNames(): JobNames {
  const listings = new Map<string, Listing>();

  function listingOf(namespace: string): Listing {
    const known = listings.get(namespace) ?? { jobs: new Map<string, Named>(), listedAt: 0 };
    listings.set(namespace, known);
    return known;
  }

  function put(namespace: string, value: unknown, goneAt?: number): boolean {
    const listing = listings.get(namespace);
    const found = named(value);
    if (listing === undefined || found === undefined) return false;
    const [id, job] = found;
    const held = listing.jobs.get(id);
    const index = goneAt ?? job.index;
    // A job held by nobody and no newer than the list was gone when the list was made.
    if (index <= (held?.index ?? listing.listedAt)) return false;
    // What was deleted stays as a dead name until the next list, so that a late event does not revive it.
    listing.jobs.set(id, { isDead: goneAt !== undefined || job.isDead, index });
    return true;
  }

  return {
    watch(namespace) {
      listingOf(namespace);
    },
    unwatch(namespace) {
      listings.delete(namespace);
    },
    has: (namespace, job) => listings.get(namespace)?.jobs.has(job) === true,
    living: namespace =>
      [...(listings.get(namespace)?.jobs ?? [])].flatMap(([id, { isDead }]) => (isDead ? [] : [id])).sort(),
    replace(namespace, stubs, index) {
      const listing = listingOf(namespace);
      if (index < listing.listedAt) return false;
      const newer = [...listing.jobs].filter(([, job]) => job.index > index);
      const listed = stubs.flatMap(stub => {
        const found = named(stub);
        return found === undefined ? [] : [found];
      });
      listing.jobs.clear();
      for (const [id, job] of [...listed, ...newer]) listing.jobs.set(id, job);
      listing.listedAt = index;
      return true;
    },
    put,
  };
}

function named(value: unknown): readonly [string, Named] | undefined {
  const job = fields(value);
  const id = text(job?.['ID']);
  const index = amount(job?.['ModifyIndex']);
  if (id === undefined || index === undefined) return undefined;
  return [id, { isDead: job?.['Status'] === 'dead' || job?.['Stop'] === true, index }];
}
