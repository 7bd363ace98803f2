import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SiroccoError } from '../../base/errors.ts';
import type { Intent, Run } from '../../lifecycle/run.ts';
import { targetName } from '../../lifecycle/target.ts';
import type { Cli } from '../cli.ts';
import { pairs, plain } from '../output.ts';
import { cannotFollow, finalAnswer } from '../requests/answer.ts';
import { writeRequest } from '../requests/write.ts';
import { findRun } from '../runs/find.ts';
import { runOf } from '../runs/records.ts';
import { timeText } from '../times.ts';
import { usage } from '../usage.ts';
import type { Command } from './command.ts';

interface Options {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** Lets a run go on that waits for somebody's word. */
export const approve: Command = {
  name: 'approve',
  register(program, cli) {
    program
      .command('approve')
      .description('shows what a run that needs an approval would hit, and lets it go on, by a request in home')
      .argument('<run>', 'a run that waits; sirocco runs --open lists them')
      .option('--yes', 'do not ask')
      .option('--reason <text>', 'why, for those who wonder')
      .action((run: string, options: Options) => cli.run(() => act(cli, run, options)));
  },
};

async function act(cli: Cli, id: string, { yes = false, reason }: Options): Promise<number> {
  const { home } = cli.settings();
  const stored = await findRun(cli, id);
  const run = runOf(stored);
  const { record } = stored;
  if (run?.waiting === undefined || record.kind !== 'run' || record.standing.state !== 'limited') {
    const state = record.kind === 'run' ? record.standing.state : record.state;
    throw new SiroccoError({ code: 'SIR-305', message: `${id} waits for no approval: it is ${state}`, found: state });
  }
  cli.output.say(plea(run));
  if (!yes && !(await isAgreed(cli))) {
    cli.output.say('not approved');
    return 3;
  }
  const written = await writeRequest(cli, home, {
    action: 'approve',
    run: id,
    spec_hash: run.specHash,
    // What was shown is what is approved: should it have changed since, the controller says so.
    targets: run.waiting.targets,
    ...(reason === undefined ? {} : { reason }),
  });
  const answer = await finalAnswer(cli, written);
  cli.output.value({ request: written.id, run: id, ...answer }, () =>
    answer === undefined ? `${id}: approved\n${cannotFollow(written)}` : `${id}: ${answer['message'] ?? 'approved'}`,
  );
  return 0;
}

function plea(run: Run): string {
  const head = pairs([
    ['Run', run.id],
    ['Schedule', `${run.schedule} in namespace ${run.namespace}`],
    ['Fault', [...new Set(run.experiment.method.map(step => step.fault))].join(', ')],
    ['Waits', `since ${timeText(run.waiting?.since)}, until ${timeText(run.startDeadline)}`],
    ['Spec', run.specHash],
  ]);
  return [head, 'It would hit', ...new Set(run.intents.map(lineOf))].join('\n');
}

function lineOf({ call, target }: Intent): string {
  return plain(`  ${call.op} on ${targetName(target)}`);
}

/** A question on the terminal; where there is none, nobody can answer it. */
async function isAgreed(cli: Cli): Promise<boolean> {
  const isTerminal = (cli.stdin as { readonly isTTY?: boolean }).isTTY === true;
  if (!isTerminal || !cli.output.interactive)
    throw usage('nobody can be asked here', { key: '--yes', allowed: '--yes, which approves without a question' });
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: cli.stdin, output: silent });
  cli.output.say('Approve it? Only `yes` does.');
  try {
    return (await lines.question('')).trim().toLowerCase() === 'yes';
  } finally {
    lines.close();
  }
}
