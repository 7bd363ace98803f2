import type { Cli } from '../cli.ts';
import { pairs } from '../output.ts';
import type { InputOptions } from '../spec/input.ts';
import { normalForm } from '../spec/normal-form.ts';
import { readSpec } from '../spec/read-spec.ts';
import type { Command } from './command.ts';

/** Whether a spec is valid, and what it means. */
export const validate: Command = {
  name: 'validate',
  register(program, cli) {
    program
      .command('validate')
      .description('says whether a schedule is valid, with every error, and what it means with all defaults')
      .argument(
        '[input...]',
        'FILE, @FILE, -, the path of a schedule, and key=value words, as nomad var put takes them',
      )
      .option('--var <path>', 'a Variable that is there already, in --namespace')
      .option('--name <name>', 'the name of the schedule')
      .action((words: readonly string[], options: InputOptions) => cli.run(() => run(cli, words, options)));
  },
};

async function run(cli: Cli, words: readonly string[], options: InputOptions): Promise<number> {
  const { spec, name, fault } = await readSpec(cli, words, options);
  const items = normalForm(spec, fault);
  cli.output.value({ ok: true, name, spec_hash: spec.hash, items }, () =>
    [`OK ${name} ${spec.hash}`, pairs(Object.entries(items))].join('\n'),
  );
  return 0;
}
