/**
 * A run as its Variable holds it, `v` 1. `undo` is a frozen form that every release can carry out; `body` is this
 * release's own. A record is read with suspicion: what can't be read is undone only, never guessed at.
 */

import { z } from 'zod';
import type { Standing } from './machine.ts';
import { faultOf, type Intent, mayBeInForce, type Run, type RunStateName, runStates } from './run.ts';
import { targetLine } from './target.ts';

const recordVersion = 1;

/** Bytes of one line of `undo` a target, at most. */
export const undoLineLimit = 160;

const json: z.ZodType<Intent['before'][string]> = z.json();
const facts = z.record(z.string(), json);

const target = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('allocation'),
    namespace: z.string(),
    job: z.string(),
    group: z.string(),
    alloc: z.string(),
    node: z.string(),
    task: z.string().optional(),
  }),
  z.object({ kind: z.literal('node'), node: z.string(), name: z.string() }),
  z.object({ kind: z.literal('group'), namespace: z.string(), job: z.string(), group: z.string() }),
  z.object({ kind: z.literal('job'), namespace: z.string(), job: z.string() }),
  z.object({ kind: z.literal('deployment'), namespace: z.string(), job: z.string(), deployment: z.string() }),
  z.object({
    kind: z.literal('service'),
    namespace: z.string(),
    job: z.string(),
    service: z.string(),
    id: z.string(),
    alloc: z.string(),
  }),
  z.object({ kind: z.literal('region'), region: z.string() }),
]);

const call = z.object({ op: z.string() }).loose();

const intent = z.object({
  n: z.number(),
  step: z.number().optional(),
  stage: z.number().optional(),
  wave: z.number().optional(),
  target,
  call,
  sending: z.enum(['once', 'repeatable']),
  before: facts,
  order: z.number().optional(),
  takes: z.array(z.object({ group: z.string(), of: z.number(), taken: z.number() })).optional(),
  undo: z.object({ op: z.string(), args: facts }).optional(),
  answeredIndex: z.number().optional(),
  undoneIndex: z.number().optional(),
  state: z.enum(['planned', 'sending', 'done', 'refused', 'unknown', 'withheld']),
  term: z.number().optional(),
  sentAt: z.number().optional(),
  answeredAt: z.number().optional(),
  message: z.string().optional(),
  late: z.boolean().optional(),
  sendBy: z.number().optional(),
  inherited: z.boolean().optional(),
  ambiguous: z.boolean().optional(),
  effect: z
    .object({
      evidence: z.string(),
      client: z.number().optional(),
      server: z.number().optional(),
      marks: facts.optional(),
    })
    .optional(),
  undoState: z.enum(['pending', 'undone', 'superseded', 'unreachable', 'given-up']).optional(),
  undoMessage: z.string().optional(),
  after: facts.optional(),
  undoneAt: z.number().optional(),
  recovered: z.object({ ms: z.number().optional() }).optional(),
  watchUntil: z.number().optional(),
});

const verdict = z.enum(['passed', 'deviated', 'aborted', 'failed', 'refused']);

const told = z.object({ atMs: z.number(), text: z.string() });

const samples = z.object({
  count: z.number(),
  failures: z.number(),
  firstFailure: told.optional(),
  last: told.extend({ ok: z.boolean() }).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  points: z.array(z.tuple([z.number(), z.number().nullable(), z.union([z.literal(0), z.literal(1)])])),
  stride: z.number(),
  violatedSinceMs: z.number().optional(),
});

const body = z.object({
  id: z.string(),
  namespace: z.string(),
  schedule: z.string(),
  specHash: z.string(),
  tick: z.number(),
  fault: z.string(),
  seed: z.string(),
  experiment: z.object({
    version: z.literal(1),
    title: z.string().optional(),
    mode: z.enum(['run', 'shadow']),
    target: z.object({ pick: z.object({}).loose(), ifEmpty: z.enum(['fail', 'skip', 'wait']) }).loose(),
    method: z
      .array(
        z.object({
          fault: z.string(),
          with: z.record(z.string(), z.unknown()),
          durationMs: z.number(),
          stage: z.number().optional(),
          pauseMs: z.number().optional(),
        }),
      )
      .min(1),
    steadyState: z.array(z.object({ name: z.string(), probe: z.string() }).loose()).optional(),
    guards: z.array(z.object({ probe: z.string(), violatedForMs: z.number() }).loose()).optional(),
    recovery: z.object({ withinMs: z.number() }),
    acceptIrreversible: z.boolean(),
  }),
  startDeadline: z.number(),
  claimedAt: z.number(),
  request: z.object({ id: z.string(), createIndex: z.number(), spec: z.boolean().optional() }).optional(),
  waiting: z.object({ reason: z.string(), message: z.string(), targets: z.string(), since: z.number() }).optional(),
  approval: z
    .object({
      specHash: z.string(),
      targets: z.string(),
      at: z.number(),
      request: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
  excluded: z.array(z.object({ id: z.string(), name: z.string(), why: z.string() })),
  intents: z.array(intent),
  stage: z.number().optional(),
  stageAt: z.number().optional(),
  samples: z.record(z.string(), samples).optional(),
  baselines: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  stopped: z.object({ verdict, reason: z.string().optional(), message: z.string().optional() }).optional(),
  armedAt: z.number().optional(),
  injectedAt: z.number().optional(),
  holdUntil: z.number().optional(),
  revertingAt: z.number().optional(),
  recoverUntil: z.number().optional(),
  recoveryMs: z.number().optional(),
  abort: z.object({ reason: z.string(), message: z.string(), at: z.number() }).optional(),
  verdict: verdict.optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  stuck: z.object({ since: z.number(), reason: z.string() }).optional(),
  doneAt: z.number().optional(),
});

const undoLine = z.object({
  i: z.number(),
  fault: z.string(),
  target: z.string(),
  op: z.string(),
  args: facts,
  state: z.string(),
});

/** What undoes one injection, in the form that never changes. */
export type UndoLine = z.infer<typeof undoLine>;

/** The frozen lines of a run: one for each intent that has an undo and may have been sent. */
export function undoLines(run: Run): readonly UndoLine[] {
  return run.intents.flatMap(each =>
    each.undo === undefined || !mayBeInForce(each)
      ? []
      : [
          {
            i: each.n,
            fault: faultOf(run, each),
            target: targetLine(each.target),
            op: each.undo.op,
            args: each.undo.args,
            state: each.undoState ?? 'pending',
          },
        ],
  );
}

/** Items of the record Variable. */
export function recordItems(standing: Standing, term: number): Record<string, string> {
  const { run, state } = standing;
  return {
    v: String(recordVersion),
    term: String(term),
    state,
    spec_hash: run.specHash,
    seed: run.seed,
    undo: undoLines(run)
      .map(line => JSON.stringify(line))
      .join('\n'),
    body: JSON.stringify(run),
  };
}

export type ReadRecord =
  | { readonly kind: 'run'; readonly standing: Standing; readonly term: number }
  /** Of a newer release, or damaged: what can still be undone, and why no more. */
  | {
      readonly kind: 'undo-only';
      readonly state: string;
      readonly lines: readonly UndoLine[] /** Lines that can't be read. */;
      readonly damaged: number;
      readonly why: string;
    };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a record's items. Never throws. */
export function readRecord(items: Readonly<Record<string, string>>): ReadRecord {
  const texts = (items['undo'] ?? '').split('\n').filter(text => text !== '');
  const lines = texts.flatMap(text => {
    const parsed = undoLine.safeParse(parseJson(text));
    return parsed.success ? [parsed.data] : [];
  });
  const state = items['state'] ?? '';
  const undoOnly = (why: string): ReadRecord => ({
    kind: 'undo-only',
    state,
    lines,
    damaged: texts.length - lines.length,
    why,
  });
  if (items['v'] !== String(recordVersion))
    return undoOnly(`its version is ${items['v'] ?? 'missing'}, this release reads ${recordVersion}`);
  const name = runStates.find(each => each === state);
  if (name === undefined) return undoOnly(`its state is ${JSON.stringify(state)}`);
  const parsed = body.safeParse(parseJson(items['body'] ?? ''));
  if (!parsed.success) return undoOnly(z.prettifyError(parsed.error));
  // The experiment was validated when its spec was accepted; its shape is checked above as far as undoing and judging need it.
  return {
    kind: 'run',
    standing: { state: name as RunStateName, run: parsed.data as unknown as Run },
    term: Number(items['term'] ?? 0),
  };
}
