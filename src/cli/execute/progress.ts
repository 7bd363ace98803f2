/** A run as it goes on, line by line, each told once. */

import type { Run } from '../../lifecycle/run.ts';
import { targetName } from '../../lifecycle/target.ts';

type Items = Readonly<Record<string, string>>;

/** What an answer tells that is worth a line. */
export function answerLines(items: Items): readonly string[] {
  const { run = '', phase, reason, message, injections, effects, to_undo: owed } = items;
  if (phase === undefined) return [];
  if (reason === 'waiting_for_approval') return [`${run}: waits for an approval: ${message ?? ''}`];
  const calls = injections === undefined ? '' : `, ${injections} calls made, effect of ${effects ?? '0'} seen`;
  const left = owed === undefined ? '' : `, ${owed} to undo`;
  const why = reason === undefined ? '' : `: ${reason}${message === undefined ? '' : `, ${message}`}`;
  return [`${run}: ${phase}${calls}${left}${why}`];
}

/** What a record tells of each call: sent, seen, undone. */
export function recordLines({ id, intents }: Run): readonly string[] {
  return intents.flatMap(({ n, call, target, state, sentAt, message, effect, undoState, undoMessage }) => {
    const name = `${id}: call ${n}, ${call.op} on ${targetName(target)}`;
    const said = (words: string | undefined) => (words === undefined ? '' : `: ${words}`);
    return [
      ...(sentAt === undefined ? [] : [`${name}: ${state}${said(message)}`]),
      ...(effect === undefined ? [] : [`${name}: seen: ${effect.evidence}`]),
      ...(undoState === undefined || undoState === 'pending' ? [] : [`${name}: ${undoState}${said(undoMessage)}`]),
    ];
  });
}
