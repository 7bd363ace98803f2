import type { AnyFault, TargetRef } from '../../src/faults/fault.ts';
import { faults } from '../../src/faults/index.ts';
import { code, fenced, type Page, page, sentence, table } from './page.ts';
import { type SampleUndo, sampleUndos } from './sample-undo.ts';

const anyNode: TargetRef = { kind: 'node', node: '<node id>', name: '<node name>' };
const anyAlloc: TargetRef = {
  kind: 'allocation',
  namespace: '<namespace>',
  job: '<job>',
  group: '<group>',
  alloc: '<alloc id>',
  node: '<node id>',
};

/** The line that undoes a fault, with commands set apart from words. */
export function byHand(fault: AnyFault): string {
  const line = fault.byHand(fault.targetKind === 'node' ? anyNode : anyAlloc);
  return line.replaceAll(/nomad [a-z-]+ [a-z-]+(?: [a-z-]+)?(?: -[a-z-]+(?:=[a-z]+)?| <[a-z ]+>)*/g, command =>
    code(command),
  );
}

/** All of it at once; the docs' tests run it as it stands. */
const seeAll = `nomad var list -namespace sirocco -out terse chaos/runs/ | while read -r record; do
  state=$(nomad var get -namespace sirocco -item state "$record")
  [ "$state" = done ] && continue
  echo "$record is $state:"
  nomad var get -namespace sirocco -item undo "$record"; echo
done`;

export function undoByHand(): Page {
  return page('docs/undo-by-hand.md', 'Undo by hand', '`src/faults`', [
    'For the night when there is no controller and no `sirocco`: all that this page takes is a shell, the `nomad` command line, and a token that may read Variables of the home namespace (here `sirocco`, prefix `chaos`) and do what is undone. A management token will do.',
    'First the short ways. A living controller undoes everything by itself at `nomad var put -namespace sirocco -force chaos/control/halt reason="…"`. Without one, `sirocco undo --all` does it with your own token, and `sirocco doctor --residue` says what is left, with the same lines as below filled in.',
    '## 1. Keep new harm away',
    'Whichever controller comes back reads this before anything else, starts nothing, and undoes what is in force:',
    fenced('nomad var put -namespace sirocco -force chaos/control/halt reason="undoing by hand"'),
    '## 2. See what is in force',
    fenced(seeAll),
    'Each run has a record, and one that is not `done` may still hold something. Each line of its `undo` is one thing to put back: the `fault`, its `target`, what undoes it (`op` with `args`), and the `state` of that: `undone`, `superseded` and `given-up` need nothing, all else does. A line tells everything that the commands below ask for, as words in capitals.',
    'Nothing is printed: nothing is in force that a record tells of. Section 5 has what Nomad itself tells, should records be lost.',
    '## 3. Put it back',
    'Within a record from the last line to the first: the last one done is the first to be undone. Look before you act, since what somebody else has changed meanwhile is no longer ours.',
    ...faults.filter(({ undo }) => undo !== undefined).flatMap(sectionOf),
    '### Faults without a line',
    'These leave nothing in force; here is what helps where Nomad did not mend it:',
    table(
      ['Fault', 'By hand'],
      faults.filter(({ undo }) => undo === undefined).map(each => [code(each.name), sentence(byHand(each))]),
    ),
    '## 4. Afterwards',
    'Leave the records as they are. The next controller, or `sirocco undo --all`, looks at each open run, sees that its harm is gone, writes that down and ends the run; what you put back is `undone` or `superseded` there. A record is also the claim of its tick: without it, a schedule whose `start_deadline` is not past would start that tick again. Only where no controller will ever run here again may they go, one by one: `nomad var purge -namespace sirocco chaos/runs/RUN`.',
    'Then lift the halt:',
    fenced('nomad var purge -namespace sirocco chaos/control/halt'),
    '## 5. Where records are lost',
    'Nomad keeps marks of its own:',
    table(
      ['What', 'Where to look', 'The mark'],
      [
        [
          'a job that was stopped',
          '`nomad job history -namespace NAMESPACE JOB`',
          'a tag `sirocco-…`, whose description names the run',
        ],
        [
          'a count that was changed',
          '`nomad job scaling-events -namespace NAMESPACE -verbose JOB`',
          'the newest event, `Sirocco run …: from 3 to 2`',
        ],
        ['a node that drains, or did', '`nomad node status -json NODE`', '`sirocco_run` in the Meta of `LastDrain`'],
        [
          'a scheduler that is paused',
          '`nomad operator scheduler get-config`',
          '`Pause Eval Broker` is `true`; nothing names who did that',
        ],
        ['a node that is ineligible', '`nomad node status`', 'none: its events tell when, and not who'],
        ['a deployment that is paused', '`nomad deployment list -namespace NAMESPACE`', 'none'],
      ],
    ),
  ]);
}

function sectionOf(fault: AnyFault): readonly string[] {
  const samples = sampleUndos(fault).toReversed();
  return [`### \`${fault.name}\``, fault.summary, ...samples.flatMap(each => stepsOf(fault, each))];
}

function stepsOf(fault: AnyFault, { line, target, undo }: SampleUndo): readonly string[] {
  const check = fault.checkByHand?.(target, undo);
  const commands = fault.byHand(target, undo).split('; ');
  return [
    `For the line`,
    fenced(line, 'json'),
    fenced(commands.join('\n')),
    ...(check === undefined ? [] : [sentence(`It worked where \`${check.line}\` says: ${check.says}`)]),
    ...(check?.mind === undefined ? [] : [check.mind]),
  ];
}
