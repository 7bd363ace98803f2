/** Candidates: what people know each kind by, and where it is. One entry a kind. */

import type { Candidate } from '../faults/fault.ts';
import { byText } from './order.ts';

interface Kind<C extends Candidate> {
  id(candidate: C): string;
  /** As people know it. */
  name(candidate: C): string;
  /** With all that tells it from others. */
  phrase(candidate: C): string;
  /** Raft's index at creation: a total order that no clock disturbs. */
  born(candidate: C): number;
  /** Where it is, if it is in one place. */
  node?(candidate: C): string;
}

const short = (id: string) => id.slice(0, 8);

const kinds: { readonly [K in Candidate['kind']]: Kind<Extract<Candidate, { kind: K }>> } = {
  allocation: {
    id: ({ alloc }) => alloc.id,
    name: ({ alloc }) => alloc.name,
    phrase: ({ alloc }) => `${alloc.name} (${short(alloc.id)}) on node ${alloc.nodeName} (${short(alloc.node)})`,
    born: ({ alloc }) => alloc.createIndex,
    node: ({ alloc }) => alloc.node,
  },
  node: {
    id: ({ node }) => node.id,
    name: ({ node }) => node.name,
    phrase: ({ node }) => `node ${node.name} (${short(node.id)})`,
    born: ({ node }) => node.createIndex ?? 0,
    node: ({ node }) => node.id,
  },
  group: {
    id: ({ job, group }) => `${job.id}/${group.name}`,
    name: ({ job, group }) => `${job.id}.${group.name}`,
    phrase: ({ job, group }) => `group ${group.name} of job ${job.id}, count ${group.count}`,
    born: ({ job }) => job.createIndex,
  },
  job: {
    id: ({ job }) => job.id,
    name: ({ job }) => job.id,
    phrase: ({ job }) => `job ${job.id}, version ${job.version}`,
    born: ({ job }) => job.createIndex,
  },
  deployment: {
    id: ({ deployment }) => deployment.id,
    name: ({ job, deployment }) => `${job.id} (${short(deployment.id)})`,
    phrase: ({ job, deployment }) => `deployment ${short(deployment.id)} of job ${job.id}, ${deployment.status}`,
    born: ({ deployment }) => deployment.createIndex,
  },
  service: {
    id: ({ service }) => service.id,
    name: ({ service }) => service.name,
    phrase: ({ service }) => `service ${service.name} of job ${service.job} in allocation ${short(service.alloc)}`,
    born: ({ service }) => service.createIndex,
    node: ({ service }) => service.node,
  },
  region: {
    id: ({ region }) => region.name,
    name: ({ region }) => region.name,
    phrase: ({ region }) => `the scheduler of region ${region.name}`,
    born: () => 0,
  },
};

function kindOf(candidate: Candidate): Kind<Candidate> {
  return kinds[candidate.kind] as Kind<Candidate>;
}

/** What tells a candidate from all others of its kind in one namespace. */
export function idOf(candidate: Candidate): string {
  return kindOf(candidate).id(candidate);
}

/** The name that people know a candidate by. */
export function nameOf(candidate: Candidate): string {
  return kindOf(candidate).name(candidate);
}

/** A candidate in words, such as `web.cache[0] (5f2b1c3d) on node n1 (0a1b2c3d)`. */
export function targetPhrase(candidate: Candidate): string {
  return kindOf(candidate).phrase(candidate);
}

/** Raft's index at a candidate's creation; 0 where it has none. */
export function bornAt(candidate: Candidate): number {
  return kindOf(candidate).born(candidate);
}

/** The node that a candidate is, or is on; undefined where it is in no one place. */
export function nodeOf(candidate: Candidate): string | undefined {
  return kindOf(candidate).node?.(candidate);
}

/** By id, without repetition. Views list most things so. */
export function sorted(candidates: readonly Candidate[]): readonly Candidate[] {
  const isSorted = candidates.every((each, i) => {
    const before = candidates[i - 1];
    return before === undefined || idOf(before) < idOf(each);
  });
  if (isSorted) return candidates;
  const byId = new Map(candidates.map(candidate => [idOf(candidate), candidate]));
  return [...byId.values()].sort((a, b) => byText(idOf(a), idOf(b)));
}
