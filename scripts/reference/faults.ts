import type { AnyFault, Permission, Reach, UndoClass } from '../../src/faults/fault.ts';
import { faults } from '../../src/faults/index.ts';
import { fieldsOf } from '../../src/spec/parameters.ts';
import { code, fenced, type Page, page, table } from './page.ts';
import { byHand } from './undo-by-hand.ts';

const reaches: Readonly<Record<Reach, string>> = {
  target: 'only what was chosen feels it',
  node: 'its neighbours on the node can feel it',
  cluster: 'everyone in the cluster can feel it',
};

const undos: Readonly<Record<UndoClass, string>> = {
  none: 'nothing is left to undo',
  inverse: 'Sirocco does the opposite, and proves it',
  'by-nomad': 'Nomad heals it, and the run checks that',
  'by-restart': 'only a restart of the target brings it back; needs `accept_irreversible=true`',
  irreversible: 'nothing brings it back; needs `accept_irreversible=true`',
};

export function faultPage(): Page {
  return page('docs/reference/faults.md', 'Faults', '`src/faults`', [
    'One fault is one kind of harm. `sirocco faults` lists them in a terminal, `sirocco faults NAME` shows one.',
    table(
      ['Fault', 'What it does', 'Hits', 'Reach', 'Lasts', 'Undo'],
      faults.map(each => [
        `[${code(each.name)}](#${each.name})`,
        each.summary,
        each.targetKind,
        each.reach,
        each.lasts ? 'yes' : 'no',
        each.undoClass,
      ]),
    ),
    ...faults.map(section),
  ]);
}

function section(fault: AnyFault): string {
  const fields = fieldsOf(fault.parameters);
  const parameters = fields.map(({ name, default: standard, required, allowed, help }) => [
    code(name),
    standard === undefined ? (required ? 'needed' : '') : code(standard),
    allowed,
    help ?? '',
  ]);
  return [
    `## ${fault.name}`,
    fault.summary,
    facts(fault),
    parameters.length === 0
      ? 'It takes no parameters.'
      : table(['Parameter', 'Default', 'Allowed', 'Meaning'], parameters),
    fenced(example(fault)),
  ].join('\n\n');
}

function facts(fault: AnyFault): string {
  const back = { restart: 'a restart or a reschedule', reschedule: 'a replacement' };
  const lines = [
    `Reach: ${fault.reach}, ${reaches[fault.reach]}.`,
    fault.lasts ? 'It lasts as long as `duration` says.' : 'It is done at once.',
    `Undo: ${fault.undoClass}, ${undos[fault.undoClass]}. By hand: ${byHand(fault)}.`,
    ...(fault.comesBack === undefined
      ? []
      : [`The gate \`comes-back\` must see that Nomad brings the target back, by ${back[fault.comesBack]}.`]),
    `Rights of the controller: ${fault.permissions.map(rightWords).join(', ')}.`,
  ];
  return lines.map(line => `- ${line}`).join('\n');
}

/** A right as an ACL policy names it. */
export function rightWords(permission: Permission): string {
  return permission.scope === 'namespace'
    ? `${code(permission.capability)} in the namespace`
    : `${code(`${permission.scope} { policy = "${permission.policy}" }`)}`;
}

function example(fault: AnyFault): string {
  const words = ['nomad var put', `chaos/schedule/my-${fault.name}`, `fault=${fault.name}`];
  if (fault.targetKind !== 'region')
    words.push(fault.targetKind === 'node' ? 'target_node=client-1' : 'target_job=web');
  if (fault.lasts) words.push('duration=2m');
  if (fault.undoClass === 'by-restart' || fault.undoClass === 'irreversible') words.push('accept_irreversible=true');
  return [...words, 'every=24h'].join(' ');
}
