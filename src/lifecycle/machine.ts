/**
 * The lifecycle of a run. One event, `look`, carries what is true now (a level, never a raw event), so that repeated,
 * merged or lost observations can't wedge it. It performs nothing: calls follow from the state and the intents.
 * Once `injecting` was entered, `reverting` is the only way out.
 */

import { assign, createActor, setup } from 'xstate';
import { targetsKey } from './approval.ts';
import {
  type Exclusion,
  holdUntil,
  type Intent,
  nextStage,
  presentIntents,
  type Run,
  type RunStateName,
  stageOf,
} from './run.ts';
import { type Judgement, judge } from './verdict.ts';

/** A question's answer: go on, wait and ask again, or end with these words. */
export type Answered =
  | { readonly kind: 'go' }
  /** `why`: where somebody's word is waited for. */
  | { readonly kind: 'wait'; readonly why?: { readonly reason: string; readonly message: string } }
  | ({ readonly kind: 'end' } & Judgement);

/** What is true now, as far as the present state asks. */
export interface Facts {
  readonly wall: number;
  /** The present state's time is over by the monotonic clock, whatever became of the wall clock. */
  readonly timeUp: boolean;
  /** The record holding this very state was acknowledged. */
  readonly acked: boolean;
  readonly abort?: { readonly reason: string; readonly message: string };
  readonly admission: Answered;
  readonly choice:
    | Answered
    | { readonly kind: 'chosen'; readonly intents: readonly Intent[]; readonly excluded: readonly Exclusion[] };
  readonly blast: Answered;
  /** Of a run that needs an approval: what it had chosen is not there to be hit any more. It chooses anew. */
  readonly changed?: boolean;
  readonly steady: Answered;
  readonly armed: Answered;
  /** Why the run goes no further than `armed`, though its own mode is `run`. */
  readonly shadow?: string;
  readonly term: number;
  /** When the lease ends, milliseconds since the epoch. */
  readonly sendBy: number;
  /** No intent of the present stage is planned or on its way. */
  readonly settled: boolean;
  /** Something of the present stage lasts, and may be in force. */
  readonly lasting: boolean;
  /** Other stages are to come. */
  readonly more: boolean;
  /** Whether the next one begins; asked while holding. */
  readonly next: Answered | { readonly kind: 'chosen'; readonly intents: readonly Intent[] };
  /** Nothing is owed any more, and what must be watched was. */
  readonly reverted: boolean;
  readonly effectsSeen: boolean;
  /** What the verdict rests on was read since this controller took the run up: an empty view is no judge. */
  readonly looked: boolean;
  readonly recovered: { readonly ok: boolean; readonly recoveryMs?: number; readonly missing?: string };
}

interface Look {
  readonly type: 'look';
  readonly facts: Facts;
}

/** The question whose answer decides each state before harm. */
const questions = {
  admitted: 'admission',
  targeting: 'choice',
  limited: 'blast',
  baseline: 'steady',
  armed: 'armed',
} as const;

/** The intents of its present stage, written as sent. */
function marked(run: Run, { term, sendBy }: Facts): Run {
  const { stage = 0 } = run;
  const intents = run.intents.map(intent =>
    stageOf(intent) === stage ? { ...intent, state: 'sending' as const, term, sendBy } : intent,
  );
  return { ...run, intents };
}

const machine = setup({
  types: {} as { context: { run: Run }; events: Look; input: { run: Run } },
  guards: {
    acked: ({ event }) => event.facts.acked,
    aborted: ({ event }) => event.facts.abort !== undefined,
    go: ({ event }, params: { question: keyof typeof questions }) => {
      const { kind } = event.facts[questions[params.question]];
      return kind === 'go' || kind === 'chosen';
    },
    end: ({ event }, params: { question: keyof typeof questions }) =>
      event.facts[questions[params.question]].kind === 'end',
    changed: ({ event }) => event.facts.changed === true,
    waitsAnew: ({ context: { run }, event }) => {
      const { blast } = event.facts;
      if (blast.kind !== 'wait' || blast.why === undefined) return false;
      return run.waiting?.message !== blast.why.message || run.waiting.targets !== targetsKey(run.intents);
    },
    late: ({ context, event }) => event.facts.wall > context.run.startDeadline,
    shadowed: ({ context, event: { facts } }) =>
      facts.armed.kind === 'go' && (context.run.experiment.mode === 'shadow' || facts.shadow !== undefined),
    toHold: ({ event: { facts }, context }) =>
      facts.settled && (facts.lasting || facts.more) && facts.abort === undefined && context.run.abort === undefined,
    nextBegins: ({ event: { facts } }) => facts.more && (facts.next.kind === 'go' || facts.next.kind === 'chosen'),
    nextEnds: ({ event: { facts } }) => facts.more && facts.next.kind === 'end',
    settled: ({ event }) => event.facts.settled,
    heldLong: ({ context, event: { facts } }) =>
      facts.abort !== undefined || (!facts.more && (facts.timeUp || facts.wall >= (context.run.holdUntil ?? 0))),
    reverted: ({ event }) => event.facts.reverted,
    recovered: ({ event }) => event.facts.recovered.ok && event.facts.effectsSeen && event.facts.looked,
    /** No reason to wait for the group: the verdict does not rest on it, or its time is over. */
    decided: ({ context, event }) => {
      const { run } = context;
      if (run.abort !== undefined) return true;
      const over = event.facts.timeUp || event.facts.wall >= (run.recoverUntil ?? 0);
      if (event.facts.looked && over) return true;
      return run.intents.every(({ state }) => state === 'refused' || state === 'withheld' || state === 'planned');
    },
  },
  actions: {
    choose: assign(({ context, event }) => {
      const { choice } = event.facts;
      return choice.kind === 'chosen'
        ? { run: { ...context.run, intents: choice.intents, excluded: choice.excluded } }
        : {};
    }),
    end: assign(({ context, event }, params: { question: keyof typeof questions }) => {
      const answer = event.facts[questions[params.question]];
      if (answer.kind !== 'end') return {};
      const { kind: _, ...judgement } = answer;
      return { run: { ...context.run, ...judgement, intents: [] } };
    }),
    endAborted: assign(({ context, event }) => {
      const { abort } = event.facts;
      if (abort === undefined) return {};
      return {
        run: {
          ...context.run,
          abort: { ...abort, at: event.facts.wall },
          verdict: 'aborted' as const,
          ...abort,
          intents: [],
        },
      };
    }),
    endLate: assign(({ context }) => ({
      run: {
        ...context.run,
        verdict: 'refused' as const,
        reason: 'start_deadline',
        message: 'start_deadline passed before it could begin',
        intents: [],
      },
    })),
    /** What it had chosen stays to be read. Nothing of it was sent, so nothing is to be undone. */
    endShadow: assign(({ context: { run }, event: { facts } }) => {
      const intents = run.intents.map(({ undoState: _, ...intent }) => ({
        ...intent,
        state: 'withheld' as const,
        message: 'shadow',
      }));
      const message = facts.shadow ?? 'mode shadow: all of it but the harm';
      return { run: { ...run, intents, verdict: 'passed' as const, reason: 'shadow', message } };
    }),
    noteWaiting: assign(({ context: { run }, event: { facts } }) => {
      if (facts.blast.kind !== 'wait' || facts.blast.why === undefined) return {};
      const since = run.waiting?.since ?? facts.wall;
      return { run: { ...run, waiting: { ...facts.blast.why, targets: targetsKey(run.intents), since } } };
    }),
    stopWaiting: assign(({ context }) => {
      const { waiting: _, ...run } = context.run;
      return { run };
    }),
    arm: assign(({ context, event }) => ({ run: { ...context.run, armedAt: event.facts.wall } })),
    mark: assign(({ context, event }) => ({ run: marked(context.run, event.facts) })),
    /** The stage that follows, with what was chosen for it just now. */
    goOn: assign(({ context: { run }, event: { facts } }) => {
      const stage = nextStage(run);
      if (stage === undefined) return {};
      const intents =
        facts.next.kind === 'chosen'
          ? [...run.intents.filter(each => stageOf(each) < stage), ...facts.next.intents]
          : run.intents;
      return { run: marked({ ...run, intents, stage, stageAt: facts.wall }, facts) };
    }),
    stop: assign(({ context, event: { facts } }) => {
      if (facts.next.kind !== 'end') return {};
      const { kind: _, ...judgement } = facts.next;
      return { run: { ...context.run, stopped: judgement } };
    }),
    noteAbort: assign(({ context, event }) => {
      const { abort } = event.facts;
      if (abort === undefined || context.run.abort !== undefined) return {};
      return { run: { ...context.run, abort: { ...abort, at: event.facts.wall } } };
    }),
    hold: assign(({ context: { run } }) => ({
      run: { ...run, holdUntil: Math.max(...presentIntents(run).map(intent => holdUntil(run, intent))) },
    })),
    revert: assign(({ context, event }) => ({ run: { ...context.run, revertingAt: event.facts.wall } })),
    recover: assign(({ context, event }) => ({
      run: { ...context.run, recoverUntil: event.facts.wall + context.run.experiment.recovery.withinMs },
    })),
    judge: assign(({ context, event }) => {
      const { ok, recoveryMs, missing } = event.facts.recovered;
      const { withinMs } = context.run.experiment.recovery;
      const measured = ok && recoveryMs !== undefined ? { recoveryMs } : {};
      // Seen only after a takeover, it may have come back, and too late.
      const late = recoveryMs !== undefined && recoveryMs > withinMs;
      const why = late
        ? `the targets were healthy again after ${recoveryMs} ms, and recover_within is ${withinMs} ms`
        : missing;
      return { run: { ...context.run, ...judge(context.run, ok && !late, why), ...measured } };
    }),
    finish: assign(({ context, event }) => ({ run: { ...context.run, doneAt: event.facts.wall } })),
  },
}).createMachine({
  id: 'run',
  initial: 'queued',
  context: ({ input }) => ({ run: input.run }),
  states: {
    queued: { on: { look: [{ guard: 'acked', target: 'admitted' }] } },
    admitted: {
      on: {
        look: [
          { guard: 'aborted', target: 'reporting', actions: 'endAborted' },
          { guard: 'late', target: 'reporting', actions: 'endLate' },
          {
            guard: { type: 'end', params: { question: 'admitted' } },
            target: 'reporting',
            actions: { type: 'end', params: { question: 'admitted' } },
          },
          { guard: { type: 'go', params: { question: 'admitted' } }, target: 'targeting' },
        ],
      },
    },
    targeting: {
      on: {
        look: [
          { guard: 'aborted', target: 'reporting', actions: 'endAborted' },
          { guard: 'late', target: 'reporting', actions: 'endLate' },
          {
            guard: { type: 'end', params: { question: 'targeting' } },
            target: 'reporting',
            actions: { type: 'end', params: { question: 'targeting' } },
          },
          { guard: { type: 'go', params: { question: 'targeting' } }, target: 'limited', actions: 'choose' },
        ],
      },
    },
    limited: {
      on: {
        look: [
          { guard: 'aborted', target: 'reporting', actions: 'endAborted' },
          { guard: 'late', target: 'reporting', actions: 'endLate' },
          {
            guard: { type: 'end', params: { question: 'limited' } },
            target: 'reporting',
            actions: { type: 'end', params: { question: 'limited' } },
          },
          { guard: 'changed', target: 'targeting' },
          { guard: { type: 'go', params: { question: 'limited' } }, target: 'baseline', actions: 'stopWaiting' },
          { guard: 'waitsAnew', actions: 'noteWaiting' },
        ],
      },
    },
    baseline: {
      on: {
        look: [
          { guard: 'aborted', target: 'reporting', actions: 'endAborted' },
          {
            guard: { type: 'end', params: { question: 'baseline' } },
            target: 'reporting',
            actions: { type: 'end', params: { question: 'baseline' } },
          },
          { guard: { type: 'go', params: { question: 'baseline' } }, target: 'armed', actions: 'arm' },
        ],
      },
    },
    armed: {
      on: {
        look: [
          { guard: 'aborted', target: 'reporting', actions: 'endAborted' },
          { guard: 'changed', target: 'targeting' },
          {
            guard: { type: 'end', params: { question: 'armed' } },
            target: 'reporting',
            actions: { type: 'end', params: { question: 'armed' } },
          },
          { guard: 'late', target: 'reporting', actions: 'endLate' },
          { guard: 'shadowed', target: 'reporting', actions: 'endShadow' },
          { guard: { type: 'go', params: { question: 'armed' } }, target: 'injecting', actions: 'mark' },
        ],
      },
    },
    injecting: {
      on: {
        look: [
          { guard: 'toHold', target: 'holding', actions: 'hold' },
          { guard: 'settled', target: 'reverting', actions: ['noteAbort', 'revert'] },
        ],
      },
    },
    holding: {
      on: {
        look: [
          { guard: 'heldLong', target: 'reverting', actions: ['noteAbort', 'revert'] },
          { guard: 'nextBegins', target: 'injecting', actions: 'goOn' },
          { guard: 'nextEnds', target: 'reverting', actions: ['stop', 'revert'] },
        ],
      },
    },
    reverting: { on: { look: [{ guard: 'reverted', target: 'recovering', actions: 'recover' }] } },
    recovering: {
      on: {
        look: [
          { guard: 'recovered', target: 'reporting', actions: 'judge' },
          { guard: 'aborted', target: 'reporting', actions: ['noteAbort', 'judge'] },
          { guard: 'decided', target: 'reporting', actions: 'judge' },
        ],
      },
    },
    reporting: { on: { look: [{ guard: 'acked', target: 'done', actions: 'finish' }] } },
    done: { type: 'final' },
  },
});

/** Where a run stands. */
export interface Standing {
  readonly state: RunStateName;
  readonly run: Run;
}

type Snapshot = ReturnType<typeof machine.resolveState>;

/** One snapshot a state, of which only the context differs between runs: resolving one anew costs more than a look. */
const resolved = new Map<RunStateName, Snapshot>();

function snapshotOf({ state, run }: Standing): Snapshot {
  const known = resolved.get(state) ?? machine.resolveState({ value: state, context: { run } });
  resolved.set(state, known);
  return { ...known, context: { run } };
}

/** What a transition is run in: nothing of it is ever started, and what it would execute is dropped. */
const actor = createActor(machine, { input: { run: {} as Run } });
const nowhere: Parameters<typeof machine.transition>[2] = {
  self: actor,
  system: actor.system,
  id: 'run',
  sessionId: 'run',
  logger: () => undefined,
  defer: () => undefined,
  emit: () => undefined,
  stopChild: () => undefined,
  actionExecutor: () => undefined,
};

/** One look: the next standing, or the same object when nothing follows. Pure. */
export function look(standing: Standing, facts: Facts): Standing {
  const next = machine.transition(snapshotOf(standing), { type: 'look', facts }, nowhere);
  const state = next.value as RunStateName;
  return state === standing.state && next.context.run === standing.run ? standing : { state, run: next.context.run };
}
