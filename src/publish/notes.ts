/** One table by note type: how each note reads in the log, and what it counts. */

import type { Note } from '../lifecycle/effects.ts';
import type { Log, LogLevel } from '../world/types.ts';
import type { Metrics } from './metrics.ts';

type NoteOf<T extends Note['type']> = Extract<Note, { type: T }>;

interface Telling<N extends Note> {
  level(note: N): LogLevel;
  message(note: N): string;
  count?(note: N, metrics: Metrics): void;
}

const because = (reason: string | undefined) => (reason === undefined || reason === '' ? '' : `: ${reason}`);
const seconds = (ms: number) => ms / 1000;

/** Passed within one tick of a claim, on the way to a call that no log line should hold up. */
const inPassing: ReadonlySet<string> = new Set(['admitted', 'targeting', 'limited', 'baseline', 'armed']);

const table: { readonly [T in Note['type']]: Telling<NoteOf<T>> } = {
  leader: {
    level: () => 'info',
    message: note =>
      note.leading ? `this controller acts now, term ${note.term}` : `this controller stands by${because(note.reason)}`,
    count: (note, metrics) => metrics.set('leader', {}, note.leading ? 1 : 0),
  },
  spec: {
    level: note => (note.error === undefined ? 'info' : 'warn'),
    message: note => `schedule ${note.namespace}/${note.name} is ${note.state}${because(note.error)}`,
  },
  tick: {
    level: note => (note.outcome === 'missed' ? 'warn' : 'info'),
    message: note => `schedule ${note.namespace}/${note.schedule} was due: ${note.outcome}${because(note.reason)}`,
    count: ({ namespace, outcome }, metrics) => metrics.count('schedule_ticks_total', { namespace, outcome }),
  },
  request: {
    level: note => (note.outcome === 'rejected' ? 'warn' : 'info'),
    message: note =>
      `request ${note.namespace}/${note.request} to ${note.action}${note.run === undefined ? '' : ` ${note.run}`} is ${note.outcome}${because(note.message)}`,
  },
  state: {
    level: note => (inPassing.has(note.to) ? 'debug' : 'info'),
    message: note => `run ${note.from} -> ${note.to}${because(note.reason)}`,
  },
  gate: {
    level: () => 'warn',
    message: note => `gate ${note.gate} refused: ${note.message}`,
    count: ({ namespace, reason }, metrics) => metrics.count('gate_refusals_total', { namespace, reason }),
  },
  injection: {
    level: note => (note.outcome === 'done' ? 'info' : 'warn'),
    message: note => `injection of ${note.fault} into ${note.target}: ${note.outcome}${because(note.message)}`,
    count: ({ fault, outcome, latencyMs, dueDelayMs }, metrics) => {
      metrics.count('injections_total', { fault, outcome });
      if (outcome === 'done') metrics.observe('inject_latency_seconds', {}, seconds(latencyMs));
      if (dueDelayMs !== undefined) metrics.observe('due_delay_seconds', {}, seconds(dueDelayMs));
    },
  },
  'effect-seen': {
    level: () => 'info',
    message: note => `effect of ${note.fault} seen on ${note.target}: ${note.evidence}`,
  },
  undo: {
    level: note => (note.outcome === 'undone' || note.outcome === 'superseded' ? 'info' : 'warn'),
    message: note => `undo of ${note.fault} on ${note.target}: ${note.outcome}${because(note.message)}`,
    count: ({ fault, outcome, latencyMs }, metrics) => {
      metrics.count('undos_total', { fault, outcome });
      if (outcome === 'undone') metrics.observe('undo_latency_seconds', {}, seconds(latencyMs));
    },
  },
  stuck: {
    level: () => 'error',
    message: note => `run is stuck: ${note.reason}; undo it by hand with: ${note.byHand}`,
  },
  verdict: {
    level: note => (note.verdict === 'passed' ? 'info' : note.verdict === 'failed' ? 'error' : 'warn'),
    message: note =>
      `verdict ${note.verdict}${because(note.reason)}${note.recoveryMs === undefined ? '' : `, recovered in ${seconds(note.recoveryMs)}s`}`,
    count: ({ namespace, fault, verdict, recoveryMs }, metrics) => {
      metrics.count('runs_total', { namespace, fault, verdict });
      if (recoveryMs !== undefined) metrics.observe('recovery_seconds', { namespace, fault }, seconds(recoveryMs));
    },
  },
  halt: {
    level: () => 'warn',
    message: note => `${note.namespace} is ${note.halted ? 'halted' : 'no longer halted'}${because(note.reason)}`,
  },
  limits: {
    level: note => (note.valid ? 'info' : 'error'),
    message: note =>
      note.valid ? 'limits are valid' : `limits are invalid, no new run starts${because(note.message)}`,
  },
  write: {
    level: () => 'debug',
    message: note => `wrote ${note.kind}`,
    count: ({ kind }, metrics) => metrics.count('raft_writes_total', { kind }),
  },
  resync: {
    level: () => 'info',
    message: note => `${note.kind} is read anew${because(note.reason)}`,
    count: ({ kind, reason }, metrics) => metrics.count('stream_resyncs_total', { kind, reason: resyncReason(reason) }),
  },
  stream: {
    level: note => (note.connected ? 'info' : 'warn'),
    message: note =>
      note.connected
        ? `stream ${note.key} is open`
        : `stream ${note.key} is closed${because(note.reason)}${because(note.message)}`,
    count: ({ key, connected }, metrics) => metrics.set('stream_connected', streamLabels(key), connected ? 1 : 0),
  },
  denied: {
    level: () => 'error',
    message: note => `Nomad denied ${note.what}: ${note.message}; "sirocco doctor" names the missing right`,
  },
  trouble: {
    level: () => 'warn',
    message: note => `${note.what}: ${note.message}`,
  },
};

/** Reasons name indexes and objects: only their words are a label. */
function resyncReason(reason: string): string {
  if (reason.includes('index went back')) return 'index went back';
  return reason.replaceAll(/\d+/g, 'N');
}

/** A stream's key is its kind and, where it has one, its namespace, parted by a slash or a space. */
function streamLabels(key: string): { readonly kind: string; readonly namespace: string } {
  const at = key.search(/[/ ]/);
  return at === -1 ? { kind: key, namespace: '' } : { kind: key.slice(0, at), namespace: key.slice(at + 1) };
}

function tell<T extends Note['type']>(note: NoteOf<T>, log: Log, metrics: Metrics): void {
  const telling: Telling<NoteOf<T>> = table[note.type as T];
  log[telling.level(note)](note, telling.message(note));
  telling.count?.(note, metrics);
}

/** Writes the note as one log line, with its fields, and counts it. */
export function publishNote(note: Note, log: Log, metrics: Metrics): void {
  tell(note, log, metrics);
}
