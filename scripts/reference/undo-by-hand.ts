import type { AnyFault, TargetRef } from '../../src/faults/fault.ts';
import { faults } from '../../src/faults/index.ts';
import { code, fenced, type Page, page, sentence, table } from './page.ts';

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
  return line.replaceAll(/nomad [a-z-]+ [a-z-]+(?: -[a-z-]+| <[a-z ]+>)*/g, command => code(command));
}

export function undoByHand(): Page {
  return page('docs/undo-by-hand.md', 'Undo by hand', '`src/faults`', [
    'Normally the controller puts everything back: at the end of a fault’s duration, at a halt, when a schedule is deleted, when its job is stopped, and after a crash or a change of leader. With the `sirocco` command line and no controller, `sirocco undo --all` does the same with your own token. This page is for the day when there is neither. It needs the `nomad` command line and a token that may read the home namespace (here `sirocco`) and do what is undone.',
    '## 1. Keep new harm away',
    'A controller that comes back reads this before anything else, and undoes what is in force:',
    fenced('nomad var put -namespace sirocco -force chaos/control/halt reason="undoing by hand"'),
    '## 2. Find what is in force',
    'Each run has a record. Its item `state` is `done` when nothing is owed any more. Its item `undo` has one line for each injection that has something to undo: `fault`, `target` (an id of an allocation or a node), `op` and `args` of the call that undoes it, and `state`: `undone` and `superseded` need nothing, all else does.',
    fenced(
      [
        'nomad var list -namespace sirocco chaos/runs/',
        'nomad var get -namespace sirocco -item state chaos/runs/<run>',
        'nomad var get -namespace sirocco -item undo chaos/runs/<run>',
      ].join('\n'),
    ),
    '## 3. Undo it',
    table(
      ['Fault', 'Left behind', 'By hand'],
      faults.map(each => [
        code(each.name),
        each.undo === undefined ? 'nothing: no line in `undo`' : sentence(`${each.undoClass}: a line in \`undo\``),
        sentence(byHand(each)),
      ]),
    ),
    'Look before you act: what somebody else has changed since is no longer ours to undo, such as a node that an operator drained meanwhile.',
    '## 4. Afterwards',
    'Records need no correction by hand. The next controller, or `sirocco undo --all`, looks at each open run, sees that its harm is gone, writes that down and ends the run. Then lift the halt:',
    fenced('nomad var purge -namespace sirocco chaos/control/halt'),
  ]);
}
