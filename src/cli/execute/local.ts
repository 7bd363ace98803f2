/** One run without a controller: this process takes the lock, carries it out by the person's own token, and gives it back. */

import { SiroccoError } from '../../base/errors.ts';
import { drawnRunId } from '../../base/ids.ts';
import type { Note } from '../../lifecycle/effects.ts';
import type { Spec } from '../../spec/experiment.ts';
import type { Cli } from '../cli.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { leaderWords, readLeader } from '../leader.ts';
import { startSession } from '../session.ts';
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
/** For the undoing after Ctrl-C. */
const stopWithinMs = 600_000;

/** Runs it to its end. A SiroccoError where the lock can't be taken, or was lost on the way. */
export async function runLocally(cli: Cli, wanted: LocalRun, timeoutMs: number): Promise<Followed> {
  const { home, prefix, region = '' } = cli.settings();
  const { namespace, name, spec, isOwn } = wanted;
  const id = drawnRunId(namespace, name, cli.clock.bytes(7));
  const who = cli.env['USER'] ?? cli.env['LOGNAME'] ?? '';
  let verdict: Extract<Note, { type: 'verdict' }> | undefined;
  const said = new Set<string>();
  const session = startSession(cli, {
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
      if (note.type === 'verdict' && note.run === id) verdict = note;
      const line = progress(note);
      const isLoud = note.type === 'denied' || note.type === 'stuck' || cli.output.interactive;
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
  cli.output.say(`no controller acts: this command carries out ${id} itself`);
  const interrupts = listenForInterrupts(cli);
  const begun = cli.clock.mono();
  let isEnding = false;
  try {
    return await session.until((): Followed | undefined => {
      const report = session.report();
      if (verdict !== undefined && report !== undefined) return { kind: 'over', items: itemsOf(id, verdict) };
      if (report !== undefined) throw ended(id, report.reason);
      const items = { run: id, state: 'running' };
      if (interrupts.count() > 1) return { kind: 'left', items };
      if (interrupts.count() === 1 && !isEnding) {
        isEnding = true;
        cli.output.say(`ending ${id}: what is in force is undone first; Ctrl-C again leaves it as it is`);
        session.stop('drain');
      }
      return cli.clock.mono() - begun > timeoutMs ? { kind: 'timeout', items } : undefined;
    });
  } finally {
    interrupts.off();
  }
}

function itemsOf(run: string, { verdict, reason, recoveryMs }: Extract<Note, { type: 'verdict' }>) {
  return {
    run,
    state: 'done',
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(recoveryMs === undefined ? {} : { recovery: `${recoveryMs / 1000}s` }),
  };
}

function ended(run: string, reason: string): SiroccoError {
  const message = `${run} was not brought to its end here: ${reason}`;
  return new SiroccoError({
    code: 'SIR-300',
    message,
    allowed: `sirocco runs ${run} shows it, sirocco undo ${run} undoes it`,
  });
}
