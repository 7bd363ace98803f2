import { type ErrorCode, errorTable, SiroccoError } from '../../base/errors.ts';
import type { Verdict } from '../../lifecycle/run.ts';
import type { Cli } from '../cli.ts';
import { type Followed, follow } from '../execute/follow.ts';
import { runLocally } from '../execute/local.ts';
import { readWanted, scheduleSpec, type Wanted } from '../execute/wanted.ts';
import { cannotFollow } from '../requests/answer.ts';
import { type Written, whoActs, writeRequest } from '../requests/write.ts';
import { timeoutOf } from '../undo/text.ts';
import { usage } from '../usage.ts';
import type { Command } from './command.ts';

interface Options {
  readonly wait: boolean;
  readonly timeout?: string;
  readonly reason?: string;
}

/** One run, now. */
export const execute: Command = {
  name: 'execute',
  register(program, cli) {
    program
      .command('execute')
      .description('runs a schedule or a spec now, through all gates, by request; without a controller by itself')
      .argument('<what...>', 'SCHEDULE, or FILE, @FILE, - and key=value words')
      .option('--reason <text>', 'why, for those who wonder')
      .option('--no-wait', 'only write the request')
      .option('--timeout <duration>', 'how long it waits for the end; default: as long as it takes')
      .action((words: readonly string[], options: Options) => cli.run(() => act(cli, words, options)));
  },
};

async function act(cli: Cli, words: readonly string[], { wait, timeout, reason }: Options): Promise<number> {
  const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : timeoutOf(timeout);
  const wanted = await readWanted(cli, words);
  if ((await whoActs(cli)) === 'nobody') {
    if (!wait)
      throw usage('no controller acts that could take a request', { key: '--no-wait', allowed: 'execute without it' });
    return finish(cli, wanted, await runLocally(cli, await localRun(cli, wanted), timeoutMs));
  }
  const written = await writeRequest(cli, wanted.namespace, {
    action: 'run',
    ...(wanted.kind === 'schedule' ? { schedule: wanted.name } : { spec: wanted.document }),
    ...(reason === undefined ? {} : { reason }),
  });
  if (!wait) {
    cli.output.value({ request: written.id, namespace: wanted.namespace, path: written.path }, () =>
      [
        `request ${written.id} is written`,
        `its answer: nomad var get -namespace ${written.namespace} ${written.answerPath}`,
      ].join('\n'),
    );
    return 0;
  }
  return finish(cli, wanted, await follow(cli, written, timeoutMs), written);
}

async function localRun(cli: Cli, wanted: Wanted) {
  const { namespace, name } = wanted;
  const isOwn = wanted.kind === 'own';
  return { namespace, name, isOwn, spec: isOwn ? wanted.spec : await scheduleSpec(cli, name) };
}

const exits: Readonly<Record<Verdict, number>> = { passed: 0, deviated: 1, refused: 3, aborted: 4, failed: 5 };

function finish(cli: Cli, { namespace }: Wanted, followed: Followed, written?: Written): number {
  const request = written === undefined ? {} : { request: written.id };
  if (followed.kind === 'unseen') {
    const message = written === undefined ? 'its answer may not be read' : cannotFollow(written);
    throw new SiroccoError({ code: 'SIR-401', message: `the request was written, and ${message}` });
  }
  const { items } = followed;
  const { run = '' } = items ?? {};
  if (followed.kind === 'left') {
    cli.output.value({ ...request, namespace, ...items }, () => `${run === '' ? 'nothing' : run}: left as it is`);
    if (run !== '')
      cli.output.say(
        followed.isAlone === true
          ? `nobody goes on with it: sirocco undo ${run} undoes it`
          : `it goes on: sirocco runs ${run} shows it, sirocco abort ${run} ends it, sirocco undo ${run} undoes it without a controller`,
      );
    return 130;
  }
  if (followed.kind === 'timeout' && items?.['verdict'] === undefined) {
    const code: ErrorCode = items?.['reason'] === 'stuck' ? 'SIR-301' : 'SIR-306';
    throw new SiroccoError({
      code,
      message: `${run} was not over in time: it is ${items?.['phase'] ?? items?.['state'] ?? 'not begun'}`,
    });
  }
  const { verdict = 'failed', reason, message, recovery } = items ?? {};
  const late = followed.kind === 'timeout' ? errorTable['SIR-306'].exit : undefined;
  cli.output.value({ ...request, namespace, ...items }, () => {
    const why = reason === undefined ? '' : ` (${reason}${message === undefined ? '' : `: ${message}`})`;
    return `${run}: ${verdict}${why}${recovery === undefined ? '' : `, recovered in ${recovery}`}`;
  });
  return late ?? exits[verdict as Verdict] ?? errorTable['SIR-300'].exit;
}
