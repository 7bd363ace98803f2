import { SiroccoError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { Cli } from '../cli.ts';
import { lacks, leastVersion, readVersion } from '../nomad-version.ts';
import { policyText } from '../policy/hcl.ts';
import { byNodes, needsOf } from '../policy/needs.ts';
import { listOf } from '../settings.ts';
import type { Command } from './command.ts';

interface Options {
  readonly faults?: string;
  readonly globs: boolean;
  readonly nodes: boolean;
  readonly for?: string;
}

/** The narrowest ACL policy with which the controller works. */
export const policy: Command = {
  name: 'policy',
  register(program, cli) {
    program
      .command('policy')
      .description("prints the controller's ACL policy: what the faults chosen need in the namespaces given, no more")
      .option('--faults <list>', 'faults, comma-separated; default: all')
      .option('--no-globs', 'without the right to list jobs, which a target_job with a glob needs')
      .option('--no-nodes', `without the right to read nodes, which ${byNodes} need`)
      .option('--for <version>', 'the version of Nomad that it is for')
      .action((options: Options) => cli.run(async () => print(cli, options)));
  },
};

function print(cli: Cli, options: Options): number {
  const { home, prefix, namespaces } = cli.settings();
  const chosen = chosenFaults(cli, options.faults);
  const version = options.for === undefined ? undefined : versionOf(cli, options.for);
  if (namespaces === undefined) cli.output.say('no --namespaces: the policy is for namespace default alone');
  const managed = namespaces ?? ['default'];
  const { globs, nodes } = options;
  const needs = needsOf({ home, prefix, namespaces: managed, faults: chosen, globs, nodes });
  const header = { home, faults: chosen.map(each => each.name), ...(version === undefined ? {} : { version }) };
  // HCL whatever the format: it goes to nomad acl policy apply.
  cli.output.text(policyText(needs, header));
  return 0;
}

function chosenFaults({ catalog }: Cli, list: string | undefined): readonly AnyFault[] {
  const names = [...catalog.keys()].sort();
  const wanted = list === undefined ? names : listOf(list);
  return wanted.map(name => {
    const fault = catalog.get(name);
    if (fault !== undefined) return fault;
    const near = nearest(name, names);
    throw new SiroccoError({
      code: 'SIR-105',
      key: '--faults',
      message: `--faults: no fault is called \`${name}\``,
      found: name,
      allowed: names.join(', '),
      ...(near === undefined ? {} : { didYouMean: near }),
    });
  });
}

function versionOf(cli: Cli, text: string): string {
  const version = readVersion(text);
  if (version === undefined) {
    const message = `--for: \`${text}\` is no version`;
    throw new SiroccoError({ code: 'SIR-104', key: '--for', message, found: text, allowed: `such as ${leastVersion}` });
  }
  const missing = lacks(version);
  if (missing !== undefined) cli.output.say(`Nomad ${version.text}: ${missing}`);
  return version.text;
}
