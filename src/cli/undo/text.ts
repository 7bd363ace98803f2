/** What an undo did, in words and as a value. */

import { parseDuration } from '../../base/duration.ts';
import { SiroccoError } from '../../base/errors.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import type { Note } from '../../lifecycle/effects.ts';
import { isSettled, mayBeInForce } from '../../lifecycle/run.ts';
import { targetName } from '../../lifecycle/target.ts';
import { plain } from '../output.ts';
import { isOpen, owed, type StoredRun } from '../runs/records.ts';
import { byHandLines } from '../runs/text.ts';

/** One line of progress; undefined for what is not worth one. */
export function progress(note: Note): string | undefined {
  switch (note.type) {
    case 'leader':
      return note.leading
        ? 'took the lock; what was undone is watched for 21 s, since its last holder may have sent a call late'
        : undefined;
    case 'state':
      return `${note.run}: ${note.to}`;
    case 'undo':
      return `${note.run}: ${note.target}: ${note.outcome}${note.message === undefined ? '' : `: ${note.message}`}`;
    case 'gate':
      return `${note.run}: ${note.gate}: ${note.message}`;
    case 'stuck':
      return `${note.run}: stuck: ${note.reason}`;
    case 'denied':
    case 'trouble':
      return `${note.what}: ${note.message}`;
    default:
      return undefined;
  }
}

export interface UndoneTarget {
  readonly target: string;
  /** `undone`, `superseded`, `unreachable`, `pending`, `given-up`, or `nothing`: the fault leaves nothing to undo. */
  readonly undo: string;
  readonly message?: string;
}

/** Every target of a run that may have been hit, with what became of it. */
function targetsOf({ record }: StoredRun): readonly UndoneTarget[] {
  if (record.kind === 'undo-only') return record.lines.map(({ target, state }) => ({ target, undo: state }));
  return record.standing.run.intents.filter(mayBeInForce).map(({ target, undoState, undoMessage }) => ({
    target: targetName(target),
    undo: undoState ?? 'nothing',
    // What stood in the way before it was done is of no more interest.
    ...(undoMessage === undefined || undoState === 'undone' ? {} : { message: undoMessage }),
  }));
}

/** Whether it still owes an undo, or has not come to its end. */
export function isLeft(run: StoredRun): boolean {
  return owed(run) > 0 || (run.record.kind === 'run' && isOpen(run));
}

export function undoValue(run: StoredRun, catalog: FaultCatalog): object {
  return { run: run.id, done: !isLeft(run), targets: targetsOf(run), by_hand: handLines(run, catalog) };
}

export function undoText(run: StoredRun, catalog: FaultCatalog): string {
  const targets = targetsOf(run).map(
    ({ target, undo, message }) => `  ${target}: ${undo}${message === undefined ? '' : `: ${message}`}`,
  );
  const hand = handLines(run, catalog).map(line => `  by hand: ${line}`);
  const isGivenUp = targetsOf(run).some(({ undo }) => undo === 'given-up');
  const head = `${run.id}: ${isLeft(run) ? 'NOT UNDONE' : isGivenUp ? 'given up' : 'undone'}`;
  return [head, ...(targets.length === 0 ? ['  nothing was in force'] : targets), ...hand].map(plain).join('\n');
}

function handLines(run: StoredRun, catalog: FaultCatalog): readonly string[] {
  const { record } = run;
  if (record.kind === 'run') return byHandLines(record.standing.run, catalog);
  return record.lines
    .filter(line => !isSettled(line.state))
    .map(({ op, target, args }) => `${op} ${JSON.stringify(args)} on ${target}`);
}

/** A `--timeout`. A SiroccoError where it is no duration. */
export function timeoutOf(text: string): number {
  const reading = parseDuration(text);
  if (reading.ok && reading.value >= 1_000) return reading.value;
  const found = reading.ok ? text : reading.misread.found;
  const message = `--timeout: \`${found}\` is no duration of at least 1s`;
  throw new SiroccoError({ code: 'SIR-104', key: '--timeout', message, found, allowed: 'a duration such as 5m' });
}
