import { errorTable, SiroccoError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Cli } from '../cli.ts';
import { leaderWords, readLeader } from '../leader.ts';
import { whoActs } from '../requests/write.ts';
import { isOpen, readRuns, runOf, type StoredRun } from '../runs/records.ts';
import { giveUpByRequest, goneWords } from '../undo/gone.ts';
import { othersLeft } from '../undo/others.ts';
import { type SessionOptions, undoSession } from '../undo/session.ts';
import { isLeft, progress, timeoutOf, undoText, undoValue } from '../undo/text.ts';
import { usage } from '../usage.ts';
import type { Command } from './command.ts';

interface Options {
  readonly all?: boolean;
  readonly gone?: boolean;
  readonly reason?: string;
  readonly timeout: string;
}

/** Undoing without a controller, by the operator's own token. */
export const undo: Command = {
  name: 'undo',
  register(program, cli) {
    program
      .command('undo')
      .description('undoes what a run has in force, or all runs, where no controller is left to do it')
      .argument('[run]', 'a run')
      .option('--all', 'every open run')
      .option('--gone', 'what it hit is gone for good: gives up the undo on nodes that Nomad does not know any more')
      .option('--reason <text>', 'with --gone: why, for those who wonder')
      .option('--timeout <duration>', 'how long it tries', '5m')
      .action((run: string | undefined, options: Options) => cli.run(() => act(cli, run, options)));
  },
};

async function act(cli: Cli, run: string | undefined, options: Options): Promise<number> {
  const { all = false, gone: isGone = false, reason, timeout } = options;
  if ((run === undefined) === !all) {
    throw usage(run === undefined ? 'name a run, or give --all' : 'a run and --all exclude each other', {
      key: 'run',
      allowed: 'one run, or --all; sirocco runs --open lists them',
    });
  }
  if (isGone && run === undefined)
    throw usage('what is gone is given up run by run', { key: '--gone', allowed: 'one run' });
  if (reason !== undefined && !isGone)
    throw usage('a reason is kept of what is given up', { key: '--reason', allowed: '--gone with it' });
  const withinMs = timeoutOf(timeout);
  const gone = isGone ? goneWords(cli, reason) : undefined;
  // Who acts can do it at once, and would not give the lock away.
  if (run !== undefined && gone !== undefined && (await whoActs(cli)) === 'somebody')
    return giveUpByRequest(cli, run, gone);
  const before = wantedOf(await readRuns(cli.nomad(), cli.settings()), run);
  const open = before.filter(each => isOpen(each) || isLeft(each));
  const end =
    open.length === 0
      ? 'done'
      : await session(
          cli,
          { undoOnly: run === undefined ? 'all' : [run], ...(gone === undefined ? {} : { gone }) },
          open,
          withinMs,
        );
  const ids = new Set(before.map(each => each.id));
  const now = open.length === 0 ? before : await readRuns(cli.nomad(), cli.settings());
  const after = now.filter(each => ids.has(each.id));
  // Of a single one its end is worth telling; of all, only of those that were open.
  const shown = run === undefined ? after.filter(each => open.some(was => was.id === each.id)) : after;
  const left = shown.filter(isLeft);
  cli.output.value({ end, runs: shown.map(each => undoValue(each, cli.catalog)) }, () =>
    shown.length === 0 ? 'nothing to undo: no run is open' : shown.map(each => undoText(each, cli.catalog)).join('\n'),
  );
  if (run !== undefined)
    for (const line of othersLeft(now, each => ids.has(each), cli.clock.wall())) cli.output.say(line);
  if (end === 'interrupted') return 130;
  if (left.length === 0) return 0;
  if (end === 'lost') cli.output.say('the lock was lost on the way: another controller has taken over what is left');
  return errorTable['SIR-301'].exit;
}

function wantedOf(all: readonly StoredRun[], run: string | undefined): readonly StoredRun[] {
  if (run === undefined) return all;
  const found = all.filter(each => each.id === run);
  if (found.length > 0) return found;
  const ids = all.map(each => each.id);
  const near = ids.find(each => each.startsWith(run)) ?? nearest(run, ids);
  throw new SiroccoError({
    code: 'SIR-303',
    message: `no run ${run} is on record`,
    key: 'run',
    found: run,
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}

type Wanted = Pick<SessionOptions['config'], 'undoOnly' | 'gone'>;

async function session(cli: Cli, wanted: Wanted, open: readonly StoredRun[], withinMs: number) {
  const { home, prefix, region = '' } = cli.settings();
  const namespaces = [...new Set(open.flatMap(each => runOf(each)?.namespace ?? []))];
  const who = cli.env['USER'] ?? cli.env['LOGNAME'] ?? '';
  const name = who === '' ? 'sirocco undo' : `sirocco undo by ${who}`;
  const said = new Set<string>();
  return undoSession(cli, {
    config: { home, prefix, namespaces, name, region, ...wanted },
    withinMs,
    onNote: note => {
      const line = progress(note);
      if (line === undefined || said.has(line)) return;
      said.add(line);
      cli.output.say(line);
    },
    onWaiting: waitedMs => {
      void readLeader(cli.nomad(), cli.settings()).then(
        leader =>
          cli.output.say(
            `waiting for the lock for ${Math.round(waitedMs / 1000)} s, held by ${leaderWords(leader)}; one whose holder is gone ends after 21 s`,
          ),
        () => undefined,
      );
    },
  });
}
