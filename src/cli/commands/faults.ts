import { SiroccoError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { AnyFault, Permission } from '../../faults/fault.ts';
import { anyTarget } from '../../lifecycle/target.ts';
import { type Parameter, parametersOf } from '../../spec/parameters.ts';
import type { Cli } from '../cli.ts';
import { pairs, table } from '../output.ts';
import type { Command } from './command.ts';

/** The catalogue, for people at a terminal. */
export const faults: Command = {
  name: 'faults',
  register(program, cli) {
    program
      .command('faults')
      .description('lists the faults, or shows one: its parameters, rights, reach, and how it is undone')
      .argument('[name]', 'a fault')
      .action((name: string | undefined) =>
        cli.run(async () => {
          if (name === undefined) list(cli);
          else show(cli, name);
          return 0;
        }),
      );
  },
};

function list(cli: Cli): void {
  const all = [...cli.catalog.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const headings = ['NAME', 'TARGET', 'REACH', 'LASTS', 'UNDO', 'SUMMARY'];
  cli.output.value(all.map(itemsOf), () =>
    table(
      headings,
      all.map(each => [
        each.name,
        each.targetKind,
        each.reach,
        each.lasts ? 'yes' : 'no',
        each.undoClass,
        each.summary,
      ]),
    ),
  );
}

function show(cli: Cli, name: string): void {
  const fault = cli.catalog.get(name);
  if (fault !== undefined) {
    cli.output.value(itemsOf(fault), () => detail(fault));
    return;
  }
  const names = [...cli.catalog.keys()].sort();
  const near = nearest(name, names);
  throw new SiroccoError({
    code: 'SIR-105',
    key: 'name',
    message: `no fault is called \`${name}\``,
    found: name,
    allowed: names.join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}

function itemsOf(fault: AnyFault): object {
  return {
    name: fault.name,
    summary: fault.summary,
    target: fault.targetKind,
    reach: fault.reach,
    lasts: fault.lasts,
    undo: fault.undoClass,
    ...(fault.comesBack === undefined ? {} : { comes_back: fault.comesBack }),
    parameters: parametersOf(fault),
    permissions: fault.permissions,
    by_hand: byHand(fault),
  };
}

const reaches = {
  target: 'only what was chosen',
  node: 'its neighbours on the node can feel it',
  cluster: 'everyone can feel it',
} as const;

const undos = {
  none: 'nothing is left to undo',
  inverse: 'Sirocco puts it back',
  'by-nomad': 'Nomad heals it, and the run checks that',
  'by-restart': 'only a restart of the target brings it back; needs accept_irreversible=true',
  irreversible: 'nothing brings it back; needs accept_irreversible=true',
} as const;

function detail(fault: AnyFault): string {
  const parameters = parametersOf(fault);
  const head = pairs([
    ['Name', fault.name],
    ['Summary', fault.summary],
    ['Target', fault.targetKind],
    ['Reach', `${fault.reach}: ${reaches[fault.reach]}`],
    ['Lasts', fault.lasts ? 'as long as duration says; default 5m' : 'no: it is done at once'],
    ['Undo', `${fault.undoClass}: ${undos[fault.undoClass]}`],
    ['By hand', byHand(fault)],
    ['Rights', fault.permissions.map(permissionWords).join(', ')],
  ]);
  const rows = parameters.map(row);
  return [
    head,
    rows.length === 0 ? 'It takes no parameters.' : table(['PARAMETER', 'DEFAULT', 'ALLOWED', 'MEANING'], rows),
    `Example\n  ${example(fault, parameters)}`,
  ].join('\n\n');
}

function row({ name, allowed, required, default: standard, help }: Parameter): readonly string[] {
  return [name, standard ?? (required ? 'needed' : '-'), allowed, help ?? ''];
}

function example(fault: AnyFault, parameters: readonly Parameter[]): string {
  const needed = parameters.filter(each => each.required).map(each => `${each.name}=…`);
  const words = ['nomad var put chaos/schedule/NAME', `fault=${fault.name}`, ...exampleTarget(fault), ...needed];
  return [...words, ...(fault.lasts ? ['duration=2m'] : []), ...accepting(fault), 'every=24h'].join(' ');
}

function exampleTarget({ targetKind }: AnyFault): readonly string[] {
  if (targetKind === 'region') return [];
  return [targetKind === 'node' ? 'target_node=NODE' : 'target_job=JOB'];
}

/** What nothing brings back must be accepted. */
function accepting({ undoClass }: AnyFault): readonly string[] {
  return undoClass === 'by-restart' || undoClass === 'irreversible' ? ['accept_irreversible=true'] : [];
}

function permissionWords(permission: Permission): string {
  return permission.scope === 'namespace'
    ? `${permission.capability} in the namespace`
    : `${permission.scope} ${permission.policy}`;
}

/** The line that undoes it, with words in place of what its target fills in. */
function byHand(fault: AnyFault): string {
  return fault.byHand(anyTarget(fault.targetKind));
}
