/** Records that this release can't read whole: their `undo` is a frozen form that any release can carry out. */

import { runIdParts } from '../base/ids.ts';
import type { UndoLine } from '../lifecycle/record.ts';
import { type Intent, isSettled, type Run } from '../lifecycle/run.ts';
import { targetOfLine } from '../lifecycle/target.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';

type Foreign = NonNullable<RunEntry['foreign']>;

const owes = (line: UndoLine) => !isSettled(line.state);

/** The least of a run that undoing asks for; undefined when nothing is owed. Lines of faults unknown here stay owed. */
export function foreignRun(core: Core, id: string, { lines }: Foreign): Run | undefined {
  const owed = lines.filter(owes);
  const first = owed[0];
  if (first === undefined) return undefined;
  const known = (fault: string) => Number(core.catalog.has(fault));
  const faults = [...new Set(owed.map(({ fault }) => fault))].sort((a, b) => known(b) - known(a));
  const parts = runIdParts(id);
  return {
    id,
    namespace: parts?.namespace ?? core.config.home,
    schedule: parts?.schedule ?? '',
    specHash: '',
    tick: 0,
    fault: faults[0] ?? first.fault,
    seed: '',
    experiment: {
      version: 1,
      mode: 'run',
      target: { pick: { amount: { count: 1 }, mode: 'all' }, ifEmpty: 'fail' },
      method: faults.map(fault => ({ fault, with: {}, durationMs: 0 })),
      recovery: { withinMs: 0 },
      acceptIrreversible: false,
    },
    startDeadline: 0,
    claimedAt: core.wall,
    revertingAt: core.wall,
    excluded: [],
    intents: owed
      .filter(line => core.catalog.has(line.fault))
      .map(line => ({ ...intentOf(core, line), step: faults.indexOf(line.fault) })),
    abort: {
      reason: 'record_unreadable',
      message: 'its record is of another release, or damaged: only undone',
      at: core.wall,
    },
  };
}

function intentOf(core: Core, line: UndoLine): Intent {
  const kind = core.catalog.get(line.fault)?.targetKind ?? 'node';
  return {
    n: line.i,
    target: targetOfLine(kind, line.target, line.args),
    // Never sent: the intent is unknown already, and only its undo is carried out.
    call: { op: 'node-eligibility', node: line.target, eligible: false },
    sending: 'repeatable',
    before: {},
    undo: { op: line.op, args: line.args },
    undoneIndex: 0,
    state: 'unknown',
    undoState: 'pending',
  };
}

/** Its items with only the states of `undo` changed. */
export function foreignItems({ items, lines }: Foreign, run: Run): Record<string, string> {
  const undo = lines.map(line => {
    const state = run.intents.find(each => each.n === line.i)?.undoState;
    return JSON.stringify(state === undefined ? line : { ...line, state });
  });
  return { ...items, undo: undo.join('\n') };
}
