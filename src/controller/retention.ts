/**
 * Full records are kept for seven days, or as long as they are among the newest 500; then a summary takes their place in
 * `chaos/history/<yyyymm>-<n>`, for 90 days. A turn works through one batch, one call after the other, after everything
 * else that writes.
 *
 * No run is lost or doubled: a record is deleted, by compare-and-set, only after the write that holds its summary was
 * acknowledged. After a crash between the two the next leader finds the run's id in the history of its month, and only
 * deletes. Each write of the history carries the index that was read, so a late one of an earlier leader loses.
 */

import type { Call } from '../lifecycle/effects.ts';
import {
  emptyHistory,
  historyPrefix,
  holdsRun,
  isOurHistory,
  monthOf,
  numberIn,
  summaryText,
  withSummary,
} from '../lifecycle/history.ts';
import { readRecord } from '../lifecycle/record.ts';
import { owesUndo } from '../lifecycle/run.ts';
import type { Variable, VariableMetadata } from '../nomad/types.ts';
import { acts, ask, deadline, knowsAll, note } from './core.ts';
import { expiredRuns } from './retention-rules.ts';
import type { FinishedRun } from './run-entry.ts';
import { recordPath } from './runs.ts';
import type { Core, RetentionState, RetentionTurn } from './state.ts';
import type { Answer } from './types.ts';
import { watchesReady } from './watch.ts';
import { spendSpareWrite } from './writes.ts';

const day = 24 * 3_600_000;
const historyMs = 90 * day;
const everyMs = 15 * 60_000;
/** Of a backlog the next batch comes sooner. */
const backlogMs = 60_000;
/** By then what an earlier leader wrote late was applied: it may be applied for 90 s. */
export const firstRetentionMs = 5 * 60_000;
const spareMs = 1_000;
/** Records of a turn, and history Variables that are deleted in it. */
const mostRecords = 50;
const mostOld = 5;

type Items = Readonly<Record<string, string>>;

export function createRetention(): RetentionState {
  return { turn: undefined, books: new Map(), left: new Set(), removed: new Set() };
}

/** Begins a turn; whatever is left of the one before is given up. */
export function tendRetention(core: Core): void {
  const { config, retention } = core;
  if (config.only !== undefined || config.undoOnly !== undefined) return;
  deadline(core, 'retention', '', everyMs);
  retention.removed.clear();
  if (
    !acts(core) ||
    !knowsAll(core) ||
    core.stop !== undefined ||
    watchesReady(core).length > 0 ||
    core.limits.state !== 'valid'
  )
    return;
  const turn: RetentionTurn = { term: core.lease.term, next: undefined };
  retention.turn = turn;
  const prefix = historyPrefix(config.prefix);
  const call = { op: 'list-variables', namespace: config.home, prefix, index: 0, waitMs: 0 } as const;
  inTurn(core, turn, call, answer => {
    if (answer.kind !== 'ok' || !Array.isArray(answer.value)) return giveUp(core, `list ${prefix}`, answer);
    // A list older than our own lock would miss what our predecessor wrote.
    if (answer.index < turn.term) return;
    const metas = answer.value as readonly VariableMetadata[];
    const old = metas.filter(each => core.wall - Math.floor(each.ModifyTime / 1e6) > historyMs);
    deleteOld(core, turn, old.slice(0, mostOld), () => retire(core, turn, metas));
  });
}

/** Goes on where a turn had to wait for a token. */
export function goOnRetaining(core: Core): void {
  const next = core.retention.turn?.next;
  if (core.retention.turn !== undefined) core.retention.turn.next = undefined;
  next?.();
}

function isCurrent(core: Core, turn: RetentionTurn): boolean {
  return core.retention.turn === turn && core.lease.term === turn.term && acts(core) && core.stop === undefined;
}

function inTurn(core: Core, turn: RetentionTurn, call: Call, then: (answer: Answer) => void): void {
  ask(core, '-', 'status', call, answer => {
    if (isCurrent(core, turn)) then(answer);
  });
}

/** A write, once nothing else wants its token. */
function writeInTurn(core: Core, turn: RetentionTurn, call: Call, then: (answer: Answer) => void): void {
  if (!isCurrent(core, turn)) return;
  if (spendSpareWrite(core)) {
    note(core, { type: 'write', kind: 'history' });
    inTurn(core, turn, call, then);
    return;
  }
  turn.next = () => writeInTurn(core, turn, call, then);
  deadline(core, 'retention-on', '', spareMs);
}

function giveUp(core: Core, what: string, answer: Answer): void {
  const isDenied = answer.kind === 'refused' && answer.reason === 'denied';
  const message = answer.kind === 'ok' ? 'the answer is no list' : answer.message;
  note(core, { type: isDenied ? 'denied' : 'trouble', what, message });
}

/** A history Variable that nobody wrote for so long holds only summaries that are as old. */
function deleteOld(core: Core, turn: RetentionTurn, old: readonly VariableMetadata[], then: () => void): void {
  const [first, ...more] = old;
  if (first === undefined) {
    then();
    return;
  }
  const call = {
    op: 'delete-variable',
    namespace: core.config.home,
    path: first.Path,
    cas: first.ModifyIndex,
  } as const;
  writeInTurn(core, turn, call, answer => {
    if (answer.kind !== 'ok') giveUp(core, `delete ${first.Path}`, answer);
    deleteOld(core, turn, more, then);
  });
}

interface Book {
  readonly path: string;
  readonly index: number;
  readonly items: Items;
}

/** One batch of runs of one month, the oldest first. */
function retire(core: Core, turn: RetentionTurn, metas: readonly VariableMetadata[]): void {
  const expired = expiredRuns(core).slice(0, mostRecords);
  const month = expired[0] === undefined ? '' : monthOf(expired[0].doneAt);
  const batch = expired.filter(each => monthOf(each.doneAt) === month);
  if (batch.length === 0) return;
  const { prefix } = core.config;
  const numbered = metas
    .flatMap(meta => {
      const n = numberIn(meta.Path, prefix, month);
      return n === undefined ? [] : [{ meta, n }];
    })
    .sort((a, b) => a.n - b.n);
  const { books } = core.retention;
  const paths = new Set(numbered.map(({ meta }) => meta.Path));
  for (const path of [...books.keys()]) if (!paths.has(path)) books.delete(path);
  const last = numbered.at(-1);
  readBooks(core, turn, numbered, latest => {
    const next = `${historyPrefix(prefix)}${month}-${(last?.n ?? 0) + 1}`;
    const empty: Book = { path: next, index: 0, items: emptyHistory() };
    summarise(core, turn, batch, { latest, empty });
  });
}

/** Reads those that changed since they were read last, one after the other; answers the last, which may have room. */
function readBooks(
  core: Core,
  turn: RetentionTurn,
  numbered: readonly { readonly meta: VariableMetadata }[],
  then: (latest: Book | undefined) => void,
): void {
  const [first, ...more] = numbered;
  if (first === undefined) {
    then(undefined);
    return;
  }
  const { Path: path, ModifyIndex } = first.meta;
  if (more.length > 0 && core.retention.books.get(path)?.index === ModifyIndex) {
    readBooks(core, turn, more, then);
    return;
  }
  inTurn(core, turn, { op: 'read-variable', namespace: core.config.home, path }, answer => {
    const variable = answer.kind === 'ok' ? (answer.value as Variable | undefined) : undefined;
    if (variable === undefined || variable.ModifyIndex < ModifyIndex) return giveUp(core, `read ${path}`, answer);
    const items = variable.Items ?? {};
    core.retention.books.set(path, { index: variable.ModifyIndex, runs: new Set(Object.keys(items)) });
    if (more.length > 0) readBooks(core, turn, more, then);
    else then({ path, index: variable.ModifyIndex, items });
  });
}

interface Retired {
  readonly run: string;
  readonly index: number;
}

/** Reads each record and adds its summary to the Variable with room; writes that once, then deletes the records. */
function summarise(
  core: Core,
  turn: RetentionTurn,
  batch: readonly FinishedRun[],
  { latest, empty }: { readonly latest: Book | undefined; readonly empty: Book },
): void {
  const isTold = (run: string) => [...core.retention.books.values()].some(({ runs }) => runs.has(run));
  const retired: Retired[] = [];
  let book = latest !== undefined && isOurHistory(latest.items) ? latest : empty;
  let added = 0;

  const finish = () => {
    const remove = () => deleteRecords(core, turn, retired);
    if (added === 0) return remove();
    const { path, index: cas, items } = book;
    const call = { op: 'write-variable', namespace: core.config.home, path, items, cas } as const;
    writeInTurn(core, turn, call, answer => {
      // Not acknowledged: what is written there is read in the next turn, and nothing is deleted before.
      if (answer.kind !== 'ok') return giveUp(core, `write ${path}`, answer);
      remove();
    });
  };

  /** Whether it is in the history, or will be by the write of this turn. */
  const add = (run: string, text: string): boolean => {
    const into = (target: Book) => {
      const items = withSummary(target.items, run, text);
      if (items === undefined) return false;
      book = { ...target, items };
      added += 1;
      return true;
    };
    // One write a turn: where the Variable is full, the next one is for the next turn, unless nothing was added yet.
    return into(book) || (added === 0 && book !== empty && into(empty));
  };

  const one = (left: readonly FinishedRun[]) => {
    const [first, ...more] = left;
    if (first === undefined) return finish();
    const path = recordPath(core, first.id);
    inTurn(core, turn, { op: 'read-variable', namespace: core.config.home, path }, answer => {
      if (answer.kind !== 'ok') return giveUp(core, `read ${path}`, answer);
      const variable = answer.value as Variable | undefined;
      if (variable === undefined) {
        // Somebody deleted it, or the answer to our own deletion was lost.
        core.finished.delete(first.id);
        return one(more);
      }
      const text = textOf(variable.Items ?? {});
      if (text === undefined) core.retention.left.add(first.id);
      else if (isTold(first.id) || holdsRun(book.items, first.id) || add(first.id, text))
        retired.push({ run: first.id, index: variable.ModifyIndex });
      else return finish();
      one(more);
    });
  };
  one(batch);
}

/** Undefined for what is not over, can't be read whole, or owes anything: that stays as it is. */
function textOf(items: Items): string | undefined {
  const record = readRecord(items);
  if (record.kind !== 'run' || record.standing.state !== 'done') return undefined;
  const { run } = record.standing;
  return run.intents.some(owesUndo) ? undefined : summaryText(run);
}

function deleteRecords(core: Core, turn: RetentionTurn, retired: readonly Retired[]): void {
  const [first, ...more] = retired;
  if (first === undefined) {
    if (expiredRuns(core).length > 0) deadline(core, 'retention', '', backlogMs);
    return;
  }
  const { run, index: cas } = first;
  const path = recordPath(core, run);
  writeInTurn(core, turn, { op: 'delete-variable', namespace: core.config.home, path, cas }, answer => {
    const conflict = answer.kind === 'refused' && answer.reason === 'conflict';
    if (answer.kind === 'ok') {
      core.finished.delete(run);
      core.retention.removed.add(run);
    } else if (conflict) core.retention.left.add(run);
    else return giveUp(core, `delete ${path}`, answer);
    deleteRecords(core, turn, more);
  });
}
