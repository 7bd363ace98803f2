import { SiroccoError } from '../../base/errors.ts';
import { runIdParts } from '../../base/ids.ts';
import type { Cli } from '../cli.ts';
import { cannotFollow, finalAnswer } from '../requests/answer.ts';
import { whoActs, writeRequest } from '../requests/write.ts';
import type { Command } from './command.ts';

interface Options {
  readonly reason?: string;
}

/** Ends one run, in order. */
export const abort: Command = {
  name: 'abort',
  register(program, cli) {
    program
      .command('abort')
      .description('asks the controller to end a run early and undo it, by a request in the namespace of the run')
      .argument('<run>', 'a run; sirocco runs --open lists them')
      .option('--reason <text>', 'why, for those who wonder')
      .action((run: string, options: Options) => cli.run(() => act(cli, run, options)));
  },
};

async function act(cli: Cli, run: string, { reason }: Options): Promise<number> {
  const { home, givenNamespace } = cli.settings();
  if ((await whoActs(cli)) === 'nobody') {
    const message = 'no controller acts that could be asked';
    throw new SiroccoError({ code: 'SIR-405', message, allowed: `sirocco undo ${run} undoes it without one` });
  }
  const namespace = givenNamespace ?? runIdParts(run)?.namespace ?? home;
  const written = await writeRequest(cli, namespace, {
    action: 'abort',
    run,
    ...(reason === undefined ? {} : { reason }),
  });
  const answer = await finalAnswer(cli, written);
  const value = { request: written.id, namespace, run, ...answer };
  cli.output.value(value, () => {
    if (answer === undefined) return `${run}: asked to end\n${cannotFollow(written)}`;
    const verdict = answer['verdict'] === undefined ? '' : `, verdict ${answer['verdict']}`;
    return `${run}: ${answer['message'] ?? 'aborted'}${verdict}`;
  });
  return 0;
}
