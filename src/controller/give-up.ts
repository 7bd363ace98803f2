/**
 * The end of an undo that can never be: what was harmed is gone for good. That a node can't be seen is no proof, so nobody
 * but a person ends it, and only where Nomad says, asked at this very time, that there is no such node.
 */

import { brief } from '../base/brief.ts';
import type { Problem } from '../base/errors.ts';
import { faultOf, type Intent, owesUndo, type Run } from '../lifecycle/run.ts';
import { targetName } from '../lifecycle/target.ts';
import { acts, ask, lookAgain, note } from './core.ts';
import { setIntent } from './entry.ts';
import { isMine } from './mine.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import type { Answer } from './types.ts';

export type GivenUp =
  /** Those whose node is gone, which may be some only. */
  | { readonly kind: 'given' }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** Nomad did not answer: nothing was given up, and it may be asked again. */
  | { readonly kind: 'later' };

type OnNode = Intent & { readonly target: { readonly kind: 'node' } };

/** What a run owes on nodes that can't be seen. */
function unseen({ intents }: Run): readonly OnNode[] {
  return intents.filter(
    (each): each is OnNode => owesUndo(each) && each.undoState === 'unreachable' && each.target.kind === 'node',
  );
}

/** The first words of what is noted of each intent that is given up. */
export function givenUpBy(who: string): string {
  return `given up by ${who}: `;
}

const mostWords = 400;

/** Reads each node that can't be seen, and gives up what was done to those that are gone. `who` says so, and why. */
export function giveUp(
  core: Core,
  entry: RunEntry,
  { who, why }: { readonly who: string; readonly why: string },
  then: (end: GivenUp) => void,
): void {
  const asked = unseen(entry.standing.run);
  if (asked.length === 0) {
    then({ kind: 'refused', problem: nothingUnseen(entry) });
    return;
  }
  const nodes = [...new Set(asked.map(({ target }) => target.node))];
  const answers = new Map<string, Answer>();
  for (const node of nodes)
    ask(core, entry.id, 'undo', { op: 'read-node', node }, answer => {
      answers.set(node, answer);
      if (answers.size < nodes.length) return;
      if (core.runs.get(entry.id) === entry && acts(core)) then(judge(core, entry, answers, givenUpBy(who) + why));
      else then({ kind: 'later' });
    });
}

function judge(core: Core, entry: RunEntry, answers: ReadonlyMap<string, Answer>, words: string): GivenUp {
  const left = unseen(entry.standing.run).filter(({ target }) => answers.has(target.node));
  const gone = left.filter(({ target }) => isGone(answers.get(target.node)));
  if (gone.length === 0) return whyNot(entry, left, answers);
  for (const intent of gone) {
    const undoMessage = brief(words, mostWords);
    setIntent(entry, intent.n, { undoState: 'given-up', undoMessage });
    const { run } = entry.standing;
    const about = {
      run: run.id,
      namespace: run.namespace,
      fault: faultOf(run, intent),
      target: targetName(intent.target),
    };
    note(core, { type: 'undo', ...about, outcome: 'given-up', latencyMs: 0, message: undoMessage });
  }
  core.dirtyRuns.add(entry.id);
  return { kind: 'given' };
}

function isGone(answer: Answer | undefined): boolean {
  if (answer?.kind === 'refused') return answer.reason === 'not-found';
  return answer?.kind === 'ok' && answer.value === undefined;
}

function whyNot({ id }: RunEntry, left: readonly OnNode[], answers: ReadonlyMap<string, Answer>): GivenUp {
  const problem = (message: string): GivenUp => ({
    kind: 'refused',
    problem: { code: 'SIR-307', key: 'run', message: `run: ${message}`, found: id },
  });
  for (const { target } of left) {
    const answer = answers.get(target.node);
    if (answer?.kind === 'ok')
      return problem(`${targetName(target)} is still there: its undo goes on, and ends when it can be seen again`);
    if (answer?.kind === 'refused' && answer.reason === 'denied')
      return {
        kind: 'refused',
        problem: {
          code: 'SIR-401',
          key: 'run',
          message: `run: whether ${targetName(target)} is gone may not be read: ${answer.message}`,
          found: id,
        },
      };
  }
  return left.length === 0 ? problem('it can be seen again: its undo goes on') : { kind: 'later' };
}

function nothingUnseen({ id, standing: { run, state } }: RunEntry): Problem {
  const [owed] = run.intents.filter(owesUndo);
  const why =
    owed === undefined
      ? 'it owes no undo'
      : owed.undoState === 'unreachable'
        ? `only what hit a node can be given up, and this is ${targetName(owed.target)}`
        : 'nothing of it is known to be out of reach, so it will be undone';
  const message = `run: ${why}: it is ${state}`;
  return {
    code: 'SIR-307',
    key: 'run',
    message,
    found: id,
    allowed: 'a run whose undo is `unreachable`, its node gone',
  };
}

const againMs = 3_000;

/** Gives up what is gone, where the person who began this session says that it is. */
export function tendGone(core: Core, entry: RunEntry): void {
  const { gone } = core.config;
  if (gone === undefined || !isMine(core, entry.id) || unseen(entry.standing.run).length === 0) return;
  if (core.mono < entry.goneNotBefore) return;
  entry.goneNotBefore = core.mono + againMs;
  giveUp(core, entry, { who: 'sirocco undo --gone', why: gone }, end => {
    if (end.kind === 'refused')
      note(core, { type: 'trouble', what: `run ${entry.id}`, message: `not given up: ${end.problem.message}` });
    if (end.kind !== 'given') lookAgain(core, entry.id, againMs);
  });
}
