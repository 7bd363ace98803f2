/** One run without a controller: this process takes the lock, carries it out by the person's own token, and gives it back. */

import { formatDuration } from '../../base/duration.ts';
import { SiroccoError } from '../../base/errors.ts';
import { drawnRunId } from '../../base/ids.ts';
import type { StopReport } from '../../daemon/types.ts';
import type { Note } from '../../lifecycle/effects.ts';
import type { Spec } from '../../spec/experiment.ts';
import type { Cli } from '../cli.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { leaderWords, readLeader } from '../leader.ts';
import { readRuns } from '../runs/records.ts';
import { type Session, startSession } from '../session.ts';
import { createOthersTeller, othersLeft } from '../undo/others.ts';
import { progress } from '../undo/text.ts';
import type { Followed } from './follow.ts';

export interface LocalRun {
  readonly namespace: string;
  readonly name: string;
  readonly spec: Spec;
  /** It brought its own spec: no schedule is behind it. */
  readonly isOwn: boolean;
}

/** What is still held after this has a holder that lives. */
const lockWithinMs = 25_000;
/** For the undoing after Ctrl-C, or when the time is over. */
const stopWithinMs = 600_000;

type Verdict = Extract<Note, { type: 'verdict' }>;

/** What was told of the run so far. */
interface Told {
  verdict?: Verdict;
  /** The last words of a stuck undo. */
  stuck?: Extract<Note, { type: 'stuck' }>;
  /** Monotonic instant since which another has the lock. */
  lostAt?: number;
}

/**
 * Runs it to its end; what is in force is undone first when its time is over. A SiroccoError where the lock can't be
 * taken, or was lost on the way, or where it can't be undone.
 */
export async function runLocally(cli: Cli, wanted: LocalRun, timeoutMs: number): Promise<Followed> {
  const id = drawnRunId(wanted.namespace, wanted.name, cli.clock.bytes(7));
  const told: Told = {};
  const session = start(cli, id, wanted, told);
  const tellOfOthers = createOthersTeller(cli, run => run === id);
  cli.output.say(`no controller acts: this command carries out ${id} itself`);
  const interrupts = listenForInterrupts(cli);
  const begun = cli.clock.mono();
  let ending: 'interrupted' | 'timeout' | undefined;
  const look = (): Followed | SiroccoError | undefined => {
    const report = session.report();
    if (report !== undefined) return overOr(id, told, report, ending === 'timeout');
    if (session.leadingSince() === undefined) {
      // Nothing was begun yet: there is nothing to end in order.
      if (interrupts.count() > 0) return { kind: 'left', items: undefined };
      return cli.clock.mono() - begun > timeoutMs ? noLock(timeoutMs) : undefined;
    }
    tellOfOthers(session.summary());
    if (told.lostAt !== undefined && cli.clock.mono() - told.lostAt > lockWithinMs) return lost(id);
    if (interrupts.count() > (ending === 'timeout' ? 0 : 1))
      return { kind: 'left', items: { run: id, state: 'running' }, isAlone: true };
    if (ending !== undefined) return isStuck(session, id) ? stuck(id, told) : undefined;
    if (interrupts.count() === 1) ending = 'interrupted';
    else if (cli.clock.mono() - begun > timeoutMs) ending = 'timeout';
    if (ending === undefined) return undefined;
    const why = ending === 'timeout' ? `${id} was not over within ${formatDuration(timeoutMs)}` : `ending ${id}`;
    cli.output.say(`${why}: what is in force is undone first; Ctrl-C ${ending === 'timeout' ? '' : 'again '}leaves it`);
    session.stop('drain');
    return undefined;
  };
  try {
    const end = await session.until(look);
    if (session.leadingSince() !== undefined) await tellOthersLeft(cli, id);
    if (end instanceof SiroccoError) throw end;
    return end;
  } finally {
    interrupts.off();
  }
}

/** What the run came to is told all the same. */
async function tellOthersLeft(cli: Cli, id: string): Promise<void> {
  try {
    const runs = await readRuns(cli.nomad(), cli.settings());
    for (const line of othersLeft(runs, run => run === id, cli.clock.wall())) cli.output.say(line);
  } catch (error) {
    if (!(error instanceof SiroccoError)) throw error;
    cli.output.say(`what others have in force could not be read: ${error.message}`);
  }
}

function start(cli: Cli, id: string, { namespace, name, spec, isOwn }: LocalRun, told: Told): Session {
  const { home, prefix, region = '' } = cli.settings();
  const who = cli.env['USER'] ?? cli.env['LOGNAME'] ?? '';
  const said = new Set<string>();
  return startSession(cli, {
    config: {
      home,
      prefix,
      namespaces: [namespace],
      name: who === '' ? 'sirocco execute' : `sirocco execute by ${who}`,
      region,
      only: {
        id,
        namespace,
        schedule: name,
        spec,
        tick: cli.clock.wall(),
        request: { id: 'execute', createIndex: 0, ...(isOwn ? { spec: true } : {}) },
      },
    },
    withinMs: stopWithinMs,
    lockWithinMs,
    onNote: note => {
      if (note.type === 'verdict' && note.run === id) told.verdict = note;
      if (note.type === 'stuck' && note.run === id) told.stuck = note;
      if (note.type === 'leader' && note.leading) delete told.lostAt;
      else if (note.type === 'leader' && note.reason !== 'released') told.lostAt = cli.clock.mono();
      const line = progress(note);
      const isOther = note.type === 'undo' && note.run !== id;
      const isLoud = note.type === 'denied' || note.type === 'stuck' || isOther || cli.output.interactive;
      if (line === undefined || !isLoud || said.has(line)) return;
      said.add(line);
      cli.output.say(line);
    },
    onWaiting: waitedMs => {
      void readLeader(cli.nomad(), cli.settings()).then(
        leader =>
          cli.output.say(`waiting for the lock for ${Math.round(waitedMs / 1000)} s, held by ${leaderWords(leader)}`),
        () => undefined,
      );
    },
  });
}

/** The end of a run whose session is over. One that came to its own end just then is over, whatever the time. */
function overOr(id: string, { verdict, stuck: words }: Told, report: StopReport, isLate: boolean) {
  if (verdict !== undefined) {
    const isEnded = isLate && verdict.reason === 'controller_stopped';
    return { kind: isEnded ? 'timeout' : 'over', items: itemsOf(id, verdict) } as const;
  }
  if (report.open.some(({ run }) => run === id)) return stuck(id, words === undefined ? {} : { stuck: words });
  return new SiroccoError({
    code: 'SIR-300',
    message: `${id} was not brought to its end here: ${report.reason}`,
    allowed: `sirocco runs ${id} shows it, sirocco undo ${id} undoes it`,
  });
}

function itemsOf(run: string, { verdict, reason, message, recoveryMs }: Verdict) {
  return {
    run,
    state: 'done',
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(recoveryMs === undefined ? {} : { recovery: `${recoveryMs / 1000}s` }),
  };
}

function isStuck(session: Session, id: string): boolean {
  return session.summary()?.open.some(each => each.run === id && each.stuck) === true;
}

function stuck(id: string, { stuck: words }: Told): SiroccoError {
  const byHand = words === undefined || words.byHand === '' ? '' : `, or by hand: ${words.byHand}`;
  return new SiroccoError({
    code: 'SIR-301',
    message: `${id} is not undone: ${words?.reason ?? 'its undo was not confirmed'}`,
    allowed: `sirocco undo ${id} tries again${byHand}`,
  });
}

function noLock(timeoutMs: number): SiroccoError {
  return new SiroccoError({
    code: 'SIR-404',
    message: `the lock was not to be had within ${formatDuration(timeoutMs)}: nothing was begun`,
  });
}

function lost(id: string): SiroccoError {
  return new SiroccoError({
    code: 'SIR-300',
    message: `the lock was lost on the way: another controller has taken over ${id}`,
    allowed: `sirocco runs ${id} shows it, sirocco abort ${id} ends it`,
  });
}
