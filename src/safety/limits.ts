/** The operators' limits: `chaos/control/limits` in home, flat items. */

import type { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import { bool, duration, int, percent, text } from '../base/fields.ts';
import { parseGlob } from '../base/glob.ts';
import { type HostRule, parseHostRules } from '../base/host-rules.ts';
import { nearest, snakeCase } from '../base/nearest.ts';
import { type Misread, misread, type Reading, read, shown } from '../base/reading.ts';
import { type Blackout, type Misplaced, type Period, parseBlackouts, parseWindows } from './basis/period.ts';
import { parseTrust, type Trust } from './basis/trust.ts';

export interface Limits {
  /** Of a group, counting what is unhealthy already; rounds down. */
  readonly maxGroupPercent: number;
  /** Of the allocations of a namespace, counting what is unhealthy already; rounds down. */
  readonly maxNamespacePercent: number;
  /** Of the nodes; rounds down, at least one node unless it is 0. */
  readonly maxNodesPercent: number;
  readonly maxConcurrentRuns: number;
  readonly maxRunsPerJob: number;
  readonly minIntervalPerJobMs: number;
  readonly maxDurationMs: number;
  readonly trust: Trust;
  /** Globs over `<job>` or `<namespace>/<job>`. */
  readonly excludeJobs: readonly string[];
  /** Globs over names of nodes, or the beginning of an id. */
  readonly excludeNodes: readonly string[];
  /** Only jobs whose meta `chaos` says so are hit. */
  readonly optIn: boolean;
  /** Where any names a namespace, runs start there only inside one. */
  readonly windows: readonly Period[];
  /** In these none starts. */
  readonly blackouts: readonly Blackout[];
  /** Globs over faults whose runs wait for an approval. */
  readonly requireApproval: readonly string[];
  /** The region's name that must match. */
  readonly cluster?: string;
  /** Where probes may reach; absent: wherever is not denied. */
  readonly probeHosts?: readonly HostRule[];
  /** As written, for the lines that gates print. */
  readonly items: Readonly<Record<string, string>>;
}

/** What holds while no limits Variable exists. */
export const defaultLimits: Limits = {
  maxGroupPercent: 50,
  maxNamespacePercent: 34,
  maxNodesPercent: 10,
  maxConcurrentRuns: 10,
  maxRunsPerJob: 1,
  minIntervalPerJobMs: 60_000,
  maxDurationMs: 7_200_000,
  trust: new Map(),
  excludeJobs: [],
  excludeNodes: [],
  optIn: false,
  windows: [],
  blackouts: [],
  requireApproval: [],
  items: {},
};

type Key = Exclude<keyof Limits, 'items'>;
/** A list tells each place that is wrong. */
type Reader = (text: string) => Reading<unknown> | { readonly ok: false; readonly misplaced: readonly Misplaced[] };

const readers: Readonly<Record<string, readonly [Key, Reader]>> = {
  max_group_percent: ['maxGroupPercent', field(percent())],
  max_namespace_percent: ['maxNamespacePercent', field(percent())],
  max_nodes_percent: ['maxNodesPercent', field(percent())],
  max_concurrent_runs: ['maxConcurrentRuns', field(int())],
  max_runs_per_job: ['maxRunsPerJob', field(int())],
  min_interval_per_job: ['minIntervalPerJobMs', field(duration({ min: 0 }))],
  max_duration: ['maxDurationMs', field(duration({ min: 0 }))],
  trust: ['trust', parseTrust],
  exclude_jobs: ['excludeJobs', globs],
  exclude_nodes: ['excludeNodes', globs],
  opt_in: ['optIn', field(bool())],
  windows: ['windows', parseWindows],
  blackouts: ['blackouts', parseBlackouts],
  require_approval: ['requireApproval', globs],
  probe_hosts: ['probeHosts', parseHostRules],
  cluster: ['cluster', field(text({ what: "the region's name" }))],
};

/** The keys of this release, in the order of the docs. */
export const limitKeys: readonly string[] = Object.keys(readers);

/**
 * Reads the items of the limits Variable; undefined (no Variable) gives the defaults. One bad item makes all invalid,
 * and then no new run starts: every problem is told, each with its key.
 */
export function parseLimits(
  items: Readonly<Record<string, string>> | undefined,
): { readonly ok: true; readonly limits: Limits } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const written = Object.entries(items ?? {});
  const problems: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, value] of written) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (reader === undefined) {
      problems.push(strangeKey(key));
      continue;
    }
    const reading = reader[1](value);
    if (reading.ok) values[reader[0]] = reading.value;
    else if ('misread' in reading) problems.push(badValue(key, reading.misread));
    else for (const each of reading.misplaced) problems.push(badValue(`${key}${each.at}`, each.misread));
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, limits: { ...defaultLimits, ...values, items: Object.fromEntries(written) } };
}

function strangeKey(key: string): Problem {
  const near = nearest(snakeCase(key), limitKeys);
  return {
    code: 'SIR-112',
    key,
    message: `unknown limit ${shown(key)}`,
    found: shown(key),
    allowed: limitKeys.join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  };
}

function badValue(key: string, { message, found, allowed, didYouMean }: Misread): Problem {
  const near = didYouMean === undefined ? {} : { didYouMean };
  return { code: 'SIR-112', key, message: `${key}: ${message}`, found, allowed, ...near };
}

function field(schema: z.ZodType): Reader {
  return written => {
    const parsed = schema.safeParse(written);
    if (parsed.success) return read(parsed.data);
    const [issue] = parsed.error.issues;
    // the fields of base carry their misreading as the issue's params
    if (issue?.code === 'custom') return { ok: false, misread: issue.params as unknown as Misread };
    return misread(written, issue?.message ?? 'valid', '');
  };
}

/** A comma-separated list of globs; empty text is an empty list. */
function globs(written: string): Reading<readonly string[]> {
  if (written.trim() === '') return read([]);
  const patterns = written.split(',').map(pattern => pattern.trim());
  for (const pattern of patterns) {
    const reading = parseGlob(pattern);
    if (pattern === '') return misread(written, 'a list: a pattern is empty', 'globs, comma-separated');
    if (!reading.ok) return reading;
  }
  return read(patterns);
}
