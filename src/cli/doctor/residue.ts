/** What runs have left in the cluster, told apart from what an open run of a living controller holds. */

import type { FaultCatalog, Recorded, Residue, Seen, TargetRef } from '../../faults/fault.ts';
import type { UndoLine } from '../../lifecycle/record.ts';
import { faultOf, type Intent, isSettled, mayBeInForce, owesUndo, type Run } from '../../lifecycle/run.ts';
import { targetLine, targetName, targetOfLine } from '../../lifecycle/target.ts';
import { isOpen, owed, runOf, type StoredRun } from '../runs/records.ts';
import { timeText } from '../times.ts';
import type { Look } from './residue-look.ts';

/** One thing that is in force. */
export interface Remnant {
  /** The fault, or `run record`, or `agent job`. */
  readonly what: string;
  readonly where: string;
  readonly run?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly why: string;
  readonly byHand: string;
}

export interface Judgement {
  /** What nobody is going to put back by himself. */
  readonly residue: readonly Remnant[];
  /** What an open run holds, whose controller lives. */
  readonly inForce: readonly Remnant[];
}

export interface Evidence {
  /** Absent: they may not be read. */
  readonly runs: readonly StoredRun[] | undefined;
  readonly look: Look;
  /** Whether a controller holds the lock; undefined: it can't be seen. */
  readonly leads: boolean | undefined;
  readonly catalog: FaultCatalog;
  readonly home: string;
  readonly prefix: string;
}

/** A remnant, and whether an open run of a living controller holds it. */
interface Judged extends Remnant {
  readonly held: boolean;
}

/** Told by a record: the marks of the same thing say nothing new. */
interface Told extends Judged {
  readonly target?: TargetRef;
  readonly op?: string;
}

export function judge(evidence: Evidence): Judgement {
  const { runs = [], look, catalog } = evidence;
  const told = runs.flatMap(each => ofRecord(each, evidence));
  const marked = [...catalog.values()].flatMap(fault => {
    const recorded = runs.flatMap(each => recordedOf(each, fault.name));
    const seen: Seen = { ...look, recorded };
    return (fault.residue?.(seen) ?? [])
      .filter(isFirst)
      .filter(found => !told.some(each => isSame(each, fault.name, found)))
      .map(found => ofMark(fault.name, found, evidence));
  });
  const all: readonly Judged[] = [...told, ...marked, ...look.agents.map(each => ofAgent(each, evidence))];
  const bare = ({ what, where, run, since, why, byHand }: Judged): Remnant => ({
    what,
    where,
    ...(run === undefined ? {} : { run }),
    ...(since === undefined ? {} : { since }),
    why,
    byHand,
  });
  return { residue: all.filter(each => !each.held).map(bare), inForce: all.filter(each => each.held).map(bare) };
}

/** What two looks must both find to be the same. */
export function keyOf({ what, where, run = '', byHand }: Remnant): string {
  return [what, where, run, byHand].join('\n');
}

/** Whatever run a mark or an older record names: an open run that holds the same thing puts it back. */
function isSame(told: Told, fault: string, { target, undo }: Residue): boolean {
  return told.what === fault && told.op === undo?.op && told.target !== undefined && isSameTarget(told.target, target);
}

/** Two runs that are over may both explain one thing: the newest stands for it. */
function isFirst({ target, undo }: Residue, i: number, all: readonly Residue[]): boolean {
  return all.findIndex(each => each.undo?.op === undo?.op && isSameTarget(each.target, target)) === i;
}

/** One controller has one region, whatever either calls it. */
function isSameTarget(a: TargetRef, b: TargetRef): boolean {
  if (a.kind === 'region') return b.kind === 'region';
  const part = (target: TargetRef) =>
    'group' in target ? target.group : 'deployment' in target ? target.deployment : '';
  return a.kind === b.kind && targetLine(a) === targetLine(b) && part(a) === part(b);
}

function whereOf(target: TargetRef): string {
  return 'namespace' in target ? `${targetName(target)} in namespace ${target.namespace}` : targetName(target);
}

function ofRecord(stored: StoredRun, evidence: Evidence): readonly Told[] {
  const run = runOf(stored);
  if (!isOpen(stored) && owed(stored) === 0) return [];
  if (run === undefined) return ofUnreadable(stored, evidence);
  const state = stored.record.kind === 'run' ? stored.record.standing.state : '';
  const { why, held } = standingOf(state, run, evidence);
  // The last one done is the first to be undone.
  const intents = run.intents.filter(owesUndo).toReversed();
  if (intents.length === 0) return held ? [] : [recordItself(stored, why, held, evidence)];
  return intents.map(each => ofIntent(run, each, { why, held }, evidence));
}

function standingOf(state: string, run: Run, { leads }: Evidence): { readonly why: string; readonly held: boolean } {
  if (state === 'done') return { why: 'its run is over, and its undo was not confirmed', held: false };
  if (run.stuck !== undefined) return { why: `its run is stuck: ${run.stuck.reason}`, held: false };
  if (leads === false) return { why: `its run is open (${state}), and no controller leads`, held: false };
  const until = run.holdUntil === undefined ? '' : `, until ${timeText(run.holdUntil)}`;
  return { why: `its run is ${state}${state === 'holding' ? until : ''}`, held: true };
}

function ofIntent(run: Run, intent: Intent, { why, held }: Pick<Judged, 'why' | 'held'>, { catalog }: Evidence): Told {
  const { target, undo, sentAt } = intent;
  const what = faultOf(run, intent);
  return {
    what,
    where: whereOf(target),
    run: run.id,
    since: sentAt ?? run.armedAt ?? run.claimedAt,
    why,
    byHand: catalog.get(what)?.byHand(target, undo) ?? `${undo?.op} ${JSON.stringify(undo?.args)}`,
    held,
    target,
    ...(undo === undefined ? {} : { op: undo.op }),
  };
}

function recordItself({ id, modifiedAt }: StoredRun, why: string, held: boolean, { home, prefix }: Evidence): Told {
  const byHand = `nomad var get -namespace ${home} ${prefix}/runs/${id}`;
  return { what: 'run record', where: `namespace ${home}`, run: id, since: modifiedAt, why, byHand, held };
}

/** Of a newer release, which a controller of that release undoes; or damaged, and then it takes a person. */
function ofUnreadable(stored: StoredRun, evidence: Evidence): readonly Told[] {
  const { record, id, items, modifiedAt } = stored;
  if (record.kind === 'run') return [];
  const isNewer = Number(items['v']) > 1 && record.damaged === 0;
  const held = isNewer && evidence.leads !== false;
  const [first = ''] = record.why.split('\n');
  const why = isNewer ? `its record is of a newer release: ${first}` : `its record is damaged: ${first}`;
  const nobody = isNewer && !held ? ', and no controller leads' : '';
  const lines = record.lines.filter(each => !isSettled(each.state)).toReversed();
  const told = lines.map((line): Told => {
    const fault = evidence.catalog.get(line.fault);
    const { target: written, op, args } = line;
    const about = { what: line.fault, run: id, since: modifiedAt, why: `${why}${nobody}`, held, op };
    if (fault === undefined) return { ...about, where: written, byHand: undoWords(line) };
    const target = targetOfLine(fault.targetKind, written, args);
    return { ...about, where: whereOf(target), byHand: fault.byHand(target, { op, args }), target };
  });
  return told.length > 0 && record.damaged === 0
    ? told
    : [...told, recordItself(stored, `${why}${nobody}`, held, evidence)];
}

function undoWords({ op, args, target }: UndoLine): string {
  return `${op} ${JSON.stringify(args)} on ${target}: this release does not know the fault`;
}

/** What records tell of one fault, whatever became of it. */
function recordedOf(stored: StoredRun, fault: string): readonly Recorded[] {
  const run = runOf(stored);
  if (run === undefined) return [];
  return run.intents.flatMap(intent => {
    if (intent.undo === undefined || !mayBeInForce(intent) || faultOf(run, intent) !== fault) return [];
    const { target, undoState } = intent;
    const settled = undoState === 'undone' || undoState === 'superseded' ? { settled: undoState } : {};
    const until = owesUndo(intent) ? undefined : (intent.undoneAt ?? run.doneAt);
    const from = intent.sentAt ?? run.armedAt ?? run.claimedAt;
    return [{ run: run.id, target, ...settled, from, ...(until === undefined ? {} : { until }) }];
  });
}

function ofMark(fault: string, found: Residue, evidence: Evidence): Judged {
  const { target, run, since, undo } = found;
  const { words, held } = ownerOf(run, evidence);
  return {
    what: fault,
    where: whereOf(target),
    ...(run === undefined ? {} : { run }),
    ...(since === undefined ? {} : { since }),
    why: `${found.why}; ${words}`,
    byHand: evidence.catalog.get(fault)?.byHand(target, undo) ?? '',
    held,
  };
}

/** Whose it is, as far as records tell. */
function ownerOf(
  run: string | undefined,
  { runs, leads }: Evidence,
): { readonly words: string; readonly held: boolean } {
  if (runs === undefined) return { words: 'whether its run is open can not be seen', held: true };
  if (run === undefined) return { words: 'no open run holds it', held: false };
  const stored = runs.find(each => each.id === run);
  if (stored === undefined) return { words: 'its run has no record', held: false };
  if (!isOpen(stored)) return { words: 'its run is over', held: false };
  if (runOf(stored)?.stuck !== undefined) return { words: 'its run is stuck', held: false };
  return leads === false
    ? { words: 'its run is open, and no controller leads', held: false }
    : { words: 'its run is open', held: true };
}

function ofAgent({ namespace, job, run, since }: Look['agents'][number], evidence: Evidence): Judged {
  const { words, held } = ownerOf(run, evidence);
  return {
    what: 'agent job',
    where: `job ${job} in namespace ${namespace}`,
    run,
    ...(since === undefined ? {} : { since }),
    why: `its meta names the run; ${words}`,
    byHand: `nomad job stop -namespace ${namespace} ${job}`,
    held,
  };
}
