import { stringify } from 'yaml';
import type { Cli } from '../cli.ts';
import { pairs, plain, table } from '../output.ts';
import { documentForm, isFlat } from '../spec/document-form.ts';
import type { InputOptions } from '../spec/input.ts';
import { normalForm } from '../spec/normal-form.ts';
import { type ReadExperiment, readAny } from '../spec/read-spec.ts';
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
      .option('--experiment', 'it is an experiment for chaos/experiments, without a time')
      .action((words: readonly string[], options: InputOptions) => cli.run(() => run(cli, words, options)));
  },
};

async function run(cli: Cli, words: readonly string[], options: InputOptions): Promise<number> {
  const read = await readAny(cli, words, options);
  if ('template' in read) sayExperiment(cli, read);
  else if (isFlat(read.spec)) {
    const { name, spec, fault } = read;
    const items = normalForm(spec, fault);
    cli.output.value({ ok: true, name, spec_hash: spec.hash, items }, () =>
      [`OK ${name} ${spec.hash}`, pairs(Object.entries(items))].join('\n'),
    );
  } else {
    const { name, spec } = read;
    const document = stringify(documentForm(spec, cli.catalog), { lineWidth: 0 }).trimEnd();
    cli.output.value({ ok: true, name, spec_hash: spec.hash, items: { spec: document } }, () =>
      [`OK ${name} ${spec.hash}`, ...document.split('\n').map(plain)].join('\n'),
    );
  }
  return 0;
}

function sayExperiment({ output }: Cli, { name, template }: ReadExperiment): void {
  const parameters = template.parameters.map(({ name: parameter, type, default: standard, help }) => ({
    name: parameter,
    type,
    ...(standard === undefined ? {} : { default: standard }),
    ...(help === undefined ? {} : { help }),
  }));
  const rows = parameters.map(each => [each.name, each.type, each.default ?? 'needed', each.help ?? '']);
  output.value({ ok: true, name, experiment: true, parameters }, () =>
    [
      `OK experiment ${name}`,
      ...(rows.length === 0 ? [] : [table(['PARAMETER', 'TYPE', 'DEFAULT', 'HELP'], rows)]),
    ].join('\n'),
  );
}
