/**
 * Event streams: one a namespace for allocations, jobs and deployments of the jobs that specs and runs name, one for
 * nodes while a node fault is scheduled. A client node has 80 streams in all and a closed one holds its place for 30
 * seconds, so each is opened at most once in 35. While one is away, open runs poll.
 */

import { isGlob } from '../base/glob.ts';
import type { Run } from '../lifecycle/run.ts';
import type { EventBatch } from '../nomad/types.ts';
import { allRunsDirty, deadline, jobChanged, listenAgain, namespaces, nodesChanged, note } from './core.ts';
import { factsNamed } from './node-facts.ts';
import { jobReads, readKey } from './reads.ts';
import type { Core, StreamState } from './state.ts';
import { watchesReady } from './watch.ts';

const reopenMs = 35_000;
/** Past so many jobs the whole topic is taken and filtered here. */
const maxTopics = 50;
/** No line for so long: the stream is gone, whatever its socket says. */
const silentMs = 35_000;

/** The first opening waits so long for all schedules to be read: what they name decides what it is to carry. */
const firstWaitMs = 5_000;

const nodesKey = 'nodes';

/** Changes that come together, as thousands of schedules do at a start, are looked at together. */
const togetherMs = 50;

/** Marks the streams as in need of a look: after specs or runs changed. */
export function touchStreams(core: Core): void {
  core.deadlines.sooner('streams ', core.mono + togetherMs);
}

interface Wanted {
  readonly jobs: { readonly size: number; has(job: string): boolean; keys(): Iterable<string> };
  /** A pattern is among them: any job of the namespace may be meant. */
  readonly any: boolean;
}

/** The jobs of a namespace that specs and open runs name now. */
function wantedJobs(core: Core, namespace: string): Wanted {
  const named = core.interests.jobs(namespace);
  const any = core.interests.anyJob(namespace);
  const more = new Set<string>();
  const { self } = core.config;
  if (self?.namespace === namespace && named.size > 0) more.add(self.job);
  for (const { standing } of core.runs.values()) {
    for (const { target } of standing.run.intents)
      if ('job' in target && target.namespace === namespace) more.add(target.job);
  }
  for (const job of more) if (named.has(job)) more.delete(job);
  const jobs = {
    size: named.size + more.size,
    has: (job: string) => named.has(job) || more.has(job),
    keys: () => [...named.keys(), ...more],
  };
  return { jobs, any };
}

/** What a namespace's stream must carry now. */
function topicsOf({ jobs, any }: Wanted): readonly string[] {
  const topics = ['Allocation', 'Job', 'Deployment'];
  if (any || jobs.size > maxTopics) return topics.map(topic => `${topic}:*`);
  return [...jobs.keys()].sort().flatMap(job => topics.map(topic => `${topic}:${job}`));
}

/** Jobs that nobody names any more leave the view. */
function forget(core: Core, wanted: ReadonlyMap<string, Wanted>): void {
  const { self } = core.config;
  for (const key of core.view.watchedJobs()) {
    const slash = key.indexOf('/');
    const [namespace, job] = [key.slice(0, slash), key.slice(slash + 1)];
    const own = self?.namespace === namespace && self.job === job;
    const named = wanted.get(namespace);
    if (own || named?.any === true || named?.jobs.has(job) === true) continue;
    core.view.unwatchJob(namespace, job);
    for (const call of jobReads(namespace, job)) core.reads.delete(readKey(call));
  }
}

function wantsNodes({ interests, runs }: Core): boolean {
  return (
    interests.nodes ||
    [...runs.values()].some(({ standing: { run } }) => run.intents.some(({ target }) => target.kind === 'node'))
  );
}

/** Since when a living stream carries all that happens to what a job's name or glob means (monotonic); undefined: none does. */
export function jobsStreamed(core: Core, namespace: string, job: string): number | undefined {
  return streamedSince(core, `jobs ${namespace}`, topicsOf({ jobs: new Set([job]), any: isGlob(job) }));
}

/** The same for nodes. */
export function nodesStreamed(core: Core): number | undefined {
  return streamedSince(core, nodesKey, ['Node:*']);
}

function streamedSince(core: Core, key: string, wanted: readonly string[]): number | undefined {
  const stream = core.streams.get(key);
  return stream?.connected === true && covers(stream.topics, wanted) ? stream.connectedAt : undefined;
}

/** Opens, replaces and closes streams so that they carry what is wanted. */
export function tendStreams(core: Core): void {
  const wanted = new Map(namespaces(core).map(each => [each, wantedJobs(core, each)]));
  for (const [namespace, jobs] of wanted) tend(core, `jobs ${namespace}`, topicsOf(jobs));
  tend(core, nodesKey, wantsNodes(core) ? ['Node:*'] : []);
  forget(core, wanted);
  core.view.watchOnlyFacts(factsNamed(core));
}

function covers(topics: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every(each => topics.includes(each) || topics.includes(`${each.slice(0, each.indexOf(':'))}:*`));
}

function tend(core: Core, key: string, wanted: readonly string[]): void {
  let stream = core.streams.get(key);
  if (stream === undefined) {
    if (wanted.length === 0) return;
    stream = {
      topics: [],
      wanted,
      connected: false,
      openedAt: Number.NEGATIVE_INFINITY,
      connectedAt: Number.NEGATIVE_INFINITY,
      lineAt: core.mono,
      index: 0,
      failures: 0,
    };
    core.streams.set(key, stream);
  }
  stream.wanted = wanted;
  if (stream.topics.length > 0 && core.mono - stream.lineAt > silentMs) stream.topics = [];
  // A stream that carries more than is wanted does no harm; it is not worth a place of its own to narrow it.
  if (wanted.length === 0 ? stream.topics.length === 0 : stream.topics.length > 0 && covers(stream.topics, wanted)) {
    if (stream.topics.length > 0) deadline(core, 'streams', key, stream.lineAt + silentMs + 1 - core.mono);
    return;
  }
  const isFirst = stream.openedAt === Number.NEGATIVE_INFINITY;
  if (isFirst && core.mono - stream.lineAt < firstWaitMs && watchesReady(core).length > 0) {
    deadline(core, 'streams', key, togetherMs);
    return;
  }
  const wait = stream.openedAt + reopenMs - core.mono;
  if (wanted.length > 0 && wait > 0) {
    deadline(core, 'streams', key, wait);
    return;
  }
  open(core, key, stream, wanted);
}

function open(core: Core, key: string, stream: StreamState, topics: readonly string[]): void {
  stream.topics = topics;
  stream.connected = false;
  stream.lineAt = core.mono;
  if (topics.length > 0) {
    stream.openedAt = core.mono;
    deadline(core, 'streams', key, silentMs + 1);
  }
  const namespace = key === nodesKey ? {} : { namespace: key.slice('jobs '.length) };
  core.out.push({ kind: 'stream', key, request: { ...namespace, topics, index: stream.index } });
}

export function streamOpened(core: Core, key: string): void {
  const stream = core.streams.get(key);
  if (stream === undefined) return;
  stream.connected = true;
  stream.connectedAt = core.mono;
  stream.lineAt = core.mono;
  stream.failures = 0;
  note(core, { type: 'stream', key, connected: true });
  listenAgain(core);
}

export function streamBeat(core: Core, key: string): void {
  const stream = core.streams.get(key);
  if (stream !== undefined) stream.lineAt = core.mono;
}

/** Takes a batch into the view. An event starts nothing by itself: it only makes runs look at their objects. */
export function streamBatch(core: Core, key: string, batch: EventBatch): void {
  const stream = core.streams.get(key);
  if (stream === undefined) return;
  stream.lineAt = core.mono;
  stream.index = Math.max(stream.index, batch.Index);
  const jobs = new Set<string>();
  let nodes = false;
  for (const event of batch.Events) {
    const touched = core.view.applyEvent(event);
    if (touched === undefined) continue;
    for (const job of touched.jobs) jobs.add(job);
    nodes ||= touched.nodes.length > 0;
  }
  if (core.runs.size === 0 && core.listeners.size === 0) return;
  for (const key of jobs) jobChanged(core, key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1));
  if (nodes) nodesChanged(core);
}

/** Events were lost: what open runs look at is read again. */
export function streamGap(core: Core, key: string, reason: string): void {
  note(core, { type: 'resync', kind: key === nodesKey ? 'nodes' : 'jobs', reason });
  for (const [read, state] of core.reads) {
    if (key === nodesKey ? read.includes('node') : `${read}/`.includes(` ${key.slice('jobs '.length)}/`))
      state.at = Number.NEGATIVE_INFINITY;
  }
  allRunsDirty(core);
  listenAgain(core);
}

export function streamClosed(core: Core, key: string, reason: string, message: string): void {
  const stream = core.streams.get(key);
  if (stream === undefined) return;
  stream.connected = false;
  stream.topics = [];
  stream.failures += 1;
  note(core, { type: 'stream', key, connected: false, reason, message });
  if (reason === 'silent' || reason === 'refused') note(core, { type: 'denied', what: `stream ${key}`, message });
  allRunsDirty(core);
  listenAgain(core);
  deadline(core, 'streams', key, Math.max(1_000, stream.openedAt + reopenMs - core.mono));
}

/** How often an open run reads its targets itself: seldom beside a living stream that carries them all. */
export function pollMs(core: Core, run: Run): number {
  const jobs = new Set<string>();
  let onNodes = false;
  for (const { target } of run.intents) {
    if ('job' in target) jobs.add(target.job);
    else onNodes = true;
  }
  const carried = (key: string, wanted: readonly string[]) => {
    const stream = core.streams.get(key);
    return stream?.connected === true && covers(stream.topics, wanted);
  };
  const seen =
    (!onNodes || carried(nodesKey, ['Node:*'])) &&
    (jobs.size === 0 || carried(`jobs ${run.namespace}`, topicsOf({ jobs, any: false })));
  return seen ? 5_000 : 1_000;
}

/** Seconds since the oldest living stream had a line. */
export function viewAgeSeconds(core: Core): number {
  let oldest = core.mono;
  for (const stream of core.streams.values()) if (stream.topics.length > 0) oldest = Math.min(oldest, stream.lineAt);
  return (core.mono - oldest) / 1000;
}
