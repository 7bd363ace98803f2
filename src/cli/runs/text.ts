/** Runs in words: as rows of a table, and one in full. */

import { formatDuration } from '../../base/duration.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import { faultOf, type Intent, owesUndo, type Run } from '../../lifecycle/run.ts';
import { targetName } from '../../lifecycle/target.ts';
import { pairs, plain, table } from '../output.ts';
import { timeText } from '../times.ts';
import { isOpen, owed, runOf, type StoredRun } from './records.ts';

/** Every run in one line; `more` are rows of what is only remembered. */
export function runsTable(runs: readonly StoredRun[], more: readonly (readonly string[])[] = []): string {
  const headings = ['RUN', 'STATE', 'VERDICT', 'REASON', 'FAULT', 'TARGETS', 'STARTED', 'RECOVERY'];
  const rows = runs.map(each => {
    const run = runOf(each);
    const state = stateText(each);
    if (run === undefined) return [each.id, state, '-', "can't be read", '-', '-', timeText(each.modifiedAt), '-'];
    const recovery = run.recoveryMs === undefined ? '-' : formatDuration(run.recoveryMs);
    const reason = run.reason ?? run.abort?.reason ?? '-';
    const targets = String(run.intents.length);
    return [each.id, state, run.verdict ?? '-', reason, run.fault, targets, timeText(run.claimedAt), recovery];
  });
  return table(headings, [...rows, ...more]);
}

function stateText({ record }: StoredRun): string {
  if (record.kind === 'undo-only') return record.state === '' ? 'unknown' : record.state;
  const { state, run } = record.standing;
  if (state === 'limited' && run.waiting !== undefined) return 'limited, waits for an approval';
  return run.stuck === undefined || state === 'done' ? state : `${state}, stuck`;
}

/** One run in full: what it was to do, what happened, what is left to undo and how. */
export function runText(stored: StoredRun, catalog: FaultCatalog): string {
  const { record } = stored;
  if (record.kind === 'undo-only') return unreadableText(stored, record);
  const { run } = record.standing;
  const parts = [
    pairs(headOf(stored, run, record.term)),
    section('Waits', waitLines(stored, run)),
    section('Calls', run.intents.flatMap(intentLines)),
    section(
      'Left out',
      run.excluded.map(each => `${each.name} (${each.id.slice(0, 8)}): ${each.why}`),
    ),
    section('Undo by hand', byHandLines(run, catalog)),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

/** What a run that waits for somebody's word waits for, and the line that gives it. */
function waitLines({ id, record }: StoredRun, { waiting, startDeadline }: Run): readonly string[] {
  if (waiting === undefined || record.kind !== 'run' || record.standing.state !== 'limited') return [];
  return [waiting.message, `until ${timeText(startDeadline)}`, `sirocco approve ${id}`];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map(line => `  ${plain(line)}`)].join('\n');
}

function headOf(stored: StoredRun, run: Run, term: number): readonly (readonly [string, string])[] {
  const { abort, stuck, approval, request } = run;
  const all: readonly (readonly [string, string | undefined])[] = [
    ['Run', stored.id],
    ['State', stateText(stored)],
    ['Verdict', run.verdict],
    ['Reason', run.reason],
    ['Message', run.message],
    ['Aborted', abort === undefined ? undefined : `${abort.reason} at ${timeText(abort.at)}: ${abort.message}`],
    ['Stuck', stuck === undefined ? undefined : `since ${timeText(stuck.since)}: ${stuck.reason}`],
    ['Schedule', `${run.schedule} in namespace ${run.namespace}`],
    ['Request', request === undefined || request.createIndex === 0 ? undefined : request.id],
    ['Approved', approval === undefined ? undefined : `${timeText(approval.at)} by request ${approval.request}`],
    ['Fault', run.fault],
    ['Due', timeText(run.tick)],
    ['Claimed', timeText(run.claimedAt)],
    ['Injected', run.injectedAt === undefined ? undefined : timeText(run.injectedAt)],
    ['Held until', run.holdUntil === undefined ? undefined : timeText(run.holdUntil)],
    ['Reverting', run.revertingAt === undefined ? undefined : timeText(run.revertingAt)],
    ['Done', run.doneAt === undefined ? undefined : timeText(run.doneAt)],
    ['Recovery', run.recoveryMs === undefined ? undefined : formatDuration(run.recoveryMs)],
    ['Seed', run.seed],
    ['Spec', run.specHash],
    ['Term', String(term)],
  ];
  return all.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

function intentLines(intent: Intent): readonly string[] {
  const said = intent.message === undefined ? '' : `: ${intent.message}`;
  const lines = [`${intent.n} ${intent.call.op} on ${targetName(intent.target)}: ${intent.state}${said}`];
  if (intent.sentAt !== undefined)
    lines.push(`    sent ${timeText(intent.sentAt)}, answered ${timeText(intent.answeredAt)}`);
  if (intent.effect !== undefined) lines.push(`    seen: ${intent.effect.evidence}`);
  if (intent.undoState !== undefined) {
    lines.push(
      `    undo: ${intent.undoState}${intent.undoMessage === undefined || intent.undoState === 'undone' ? '' : `: ${intent.undoMessage}`}`,
    );
  }
  return lines;
}

/** The lines that undo what is still owed with only the nomad command line. */
export function byHandLines(run: Run, catalog: FaultCatalog): readonly string[] {
  // The last one done is the first to be undone.
  const lines = run.intents
    .filter(owesUndo)
    .toReversed()
    .map(each => {
      const name = faultOf(run, each);
      return (
        catalog.get(name)?.byHand(each.target, each.undo) ?? `${name} is not known to this release: ${undoWords(each)}`
      );
    });
  return [...new Set(lines)];
}

function undoWords({ undo, target }: Intent): string {
  return `${undo?.op ?? ''} ${JSON.stringify(undo?.args ?? {})} on ${targetName(target)}`;
}

function unreadableText(stored: StoredRun, record: Extract<StoredRun['record'], { kind: 'undo-only' }>): string {
  const lines = record.lines.map(
    ({ fault, target, op, args, state }) => `${fault} on ${target}: ${op} ${JSON.stringify(args)}: ${state}`,
  );
  return [
    pairs([
      ['Run', stored.id],
      ['State', stateText(stored)],
      ['Version', stored.items['v'] ?? 'none'],
      ['Unreadable', record.why],
      ['Written', timeText(stored.modifiedAt)],
    ]),
    section(isOpen(stored) && owed(stored) > 0 ? 'To undo' : 'Undo lines', lines),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

/** A record with the key names of its Variable; `undo` and `body` are read where they can be. */
export function runItems({ id, items }: StoredRun): object {
  const { undo, body, v, term, ...rest } = items;
  return {
    id,
    ...rest,
    ...(v === undefined ? {} : { v: numberOr(v) }),
    ...(term === undefined ? {} : { term: numberOr(term) }),
    ...(undo === undefined
      ? {}
      : {
          undo: undo
            .split('\n')
            .filter(line => line !== '')
            .map(jsonOr),
        }),
    ...(body === undefined ? {} : { body: jsonOr(body) }),
  };
}

function numberOr(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
