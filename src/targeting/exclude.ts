/** What a target's `exclude` leaves out, with the reason in words. */

import { type Glob, glob } from '../base/glob.ts';
import type { JobView, NodeView, View } from '../cluster/types.ts';
import type { Candidate } from '../faults/fault.ts';
import type { ExcludeSpec, TargetSpec } from '../spec/experiment.ts';
import { nodeOf } from './candidate.ts';
import { factTests } from './facts.ts';
import { namesNode } from './patterns.ts';

/** The first entry of the target's exclusions that a candidate matches; what may match is left out too. */
export type Excluder = (candidate: Candidate) => string | undefined;

/** Compiles the exclusions of a target, in one namespace. */
export function excluder({ exclude = [] }: Pick<TargetSpec, 'exclude'>, namespace: string, view: View): Excluder {
  const entries = exclude.map(compiled);
  if (entries.length === 0) return () => undefined;
  return candidate => {
    const facts = factsOf(candidate, namespace, view);
    for (const { words, matches } of entries) {
      const answer = matches(facts);
      if (answer === 'yes') return `excluded by ${words}`;
      if (answer === 'unseen')
        return `may be excluded by ${words}: its node ${facts.seen === undefined ? 'can not be seen' : 'was not read yet'}`;
    }
    return undefined;
  };
}

interface Facts {
  readonly job?: JobView;
  /** Also where the job itself is not known. */
  readonly jobId?: string;
  readonly group?: string;
  readonly node?: { readonly id: string; readonly name: string };
  readonly seen?: NodeView;
}

function factsOf(candidate: Candidate, namespace: string, view: View): Facts {
  const alloc =
    candidate.kind === 'allocation'
      ? candidate.alloc
      : candidate.kind === 'service'
        ? view.alloc(candidate.service.alloc)
        : undefined;
  const group = alloc?.group ?? (candidate.kind === 'group' ? candidate.group.name : undefined);
  const jobId = 'job' in candidate ? candidate.job.id : alloc?.job;
  const job = 'job' in candidate ? candidate.job : jobId === undefined ? undefined : view.job(namespace, jobId);
  const id = nodeOf(candidate);
  const seen = id === undefined ? undefined : view.node(id);
  const node = seen ?? (id === undefined ? undefined : { id, name: alloc?.nodeName ?? '' });
  return {
    ...(job === undefined ? {} : { job }),
    ...(jobId === undefined ? {} : { jobId }),
    ...(group === undefined ? {} : { group }),
    ...(node === undefined ? {} : { node }),
    ...(seen === undefined ? {} : { seen }),
  };
}

type Answer = 'yes' | 'no' | 'unseen';

interface Compiled {
  readonly words: string;
  readonly matches: (facts: Facts) => Answer;
}

function compiled(entry: ExcludeSpec): Compiled {
  const tests: ((facts: Facts) => Answer)[] = [];
  const text = (pattern: string | undefined, read: (facts: Facts) => string | undefined) => {
    if (pattern !== undefined) tests.push(facts => yesNo(glob(pattern), read(facts)));
  };
  const ofNode = (pattern: string | undefined, read: (node: NodeView) => string) => {
    if (pattern === undefined) return;
    const matches = glob(pattern);
    tests.push(({ node, seen }) =>
      seen !== undefined ? yesNo(matches, read(seen)) : node === undefined ? 'no' : 'unseen',
    );
  };
  text(entry.job, facts => facts.jobId);
  text(entry.group, facts => facts.group);
  for (const [key, pattern] of Object.entries(entry.meta ?? {}))
    text(pattern, ({ job }) => (job !== undefined && Object.hasOwn(job.meta, key) ? job.meta[key] : undefined));
  if (entry.node !== undefined) {
    const named = namesNode(entry.node);
    tests.push(({ node }) => (node !== undefined && named(node) ? 'yes' : 'no'));
  }
  ofNode(entry.nodeClass, node => node.nodeClass);
  ofNode(entry.datacenter, node => node.datacenter);
  ofNode(entry.nodePool, node => node.nodePool);
  for (const { matches } of factTests(entry))
    tests.push(({ node, seen }) => {
      const answer = seen === undefined ? undefined : matches(seen);
      if (answer === undefined) return node === undefined ? 'no' : 'unseen';
      return answer ? 'yes' : 'no';
    });
  return {
    words: wordsOf(entry),
    matches: facts => {
      const answers = tests.map(test => test(facts));
      if (answers.includes('no')) return 'no';
      return answers.includes('unseen') ? 'unseen' : 'yes';
    },
  };
}

function yesNo(matches: Glob, value: string | undefined): Answer {
  return value !== undefined && matches(value) ? 'yes' : 'no';
}

/** As the document has it. */
function wordsOf({ meta, nodeClass, nodePool, nodeAttribute, nodeMeta, ...rest }: ExcludeSpec): string {
  const words = { ...rest, node_class: nodeClass, node_pool: nodePool };
  const maps = { node_attribute: nodeAttribute, node_meta: nodeMeta, meta };
  const parts = [
    ...Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`])),
    ...Object.entries(maps).flatMap(([key, map]) => (map === undefined ? [] : [`${key}: {${pairs(map)}}`])),
  ];
  return `target.exclude {${parts.join(', ')}}`;
}

function pairs(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');
}
