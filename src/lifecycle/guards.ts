/** When a run goes from one state to another. */

import { targetsKey } from './approval.ts';
import { type Questioned, questions, type Seen } from './facts.ts';
import { givenUp } from './run.ts';

/** The conditions of the lifecycle's transitions. Pure. */
export const guards = {
  acked: ({ event }: Seen) => event.facts.acked,
  aborted: ({ event }: Seen) => event.facts.abort !== undefined,
  go: ({ event }: Seen, params: Questioned) => {
    const { kind } = event.facts[questions[params.question]];
    return kind === 'go' || kind === 'chosen';
  },
  end: ({ event }: Seen, params: Questioned) => event.facts[questions[params.question]].kind === 'end',
  changed: ({ event }: Seen) => event.facts.changed === true,
  waitsAnew: ({ context: { run }, event }: Seen) => {
    const { blast } = event.facts;
    if (blast.kind !== 'wait' || blast.why === undefined) return false;
    return run.waiting?.message !== blast.why.message || run.waiting.targets !== targetsKey(run.intents);
  },
  late: ({ context, event }: Seen) => event.facts.wall > context.run.startDeadline,
  shadowed: ({ context, event: { facts } }: Seen) =>
    facts.armed.kind === 'go' && (context.run.experiment.mode === 'shadow' || facts.shadow !== undefined),
  toHold: ({ event: { facts }, context }: Seen) =>
    facts.settled && (facts.lasting || facts.more) && facts.abort === undefined && context.run.abort === undefined,
  nextBegins: ({ event: { facts } }: Seen) => facts.more && (facts.next.kind === 'go' || facts.next.kind === 'chosen'),
  nextEnds: ({ event: { facts } }: Seen) => facts.more && facts.next.kind === 'end',
  settled: ({ event }: Seen) => event.facts.settled,
  heldLong: ({ context, event: { facts } }: Seen) =>
    facts.abort !== undefined || (!facts.more && (facts.timeUp || facts.wall >= (context.run.holdUntil ?? 0))),
  reverted: ({ event }: Seen) => event.facts.reverted,
  recovered: ({ event }: Seen) => event.facts.recovered.ok && event.facts.effectsSeen && event.facts.looked,
  /** No reason to wait for the group: the verdict does not rest on it, or its time is over. */
  decided: ({ context, event }: Seen) => {
    const { run } = context;
    if (run.abort !== undefined || givenUp(run).length > 0) return true;
    const over = event.facts.timeUp || event.facts.wall >= (run.recoverUntil ?? 0);
    if (event.facts.looked && over) return true;
    return run.intents.every(({ state }) => state === 'refused' || state === 'withheld' || state === 'planned');
  },
};
