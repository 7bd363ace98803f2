/**
 * The lifecycle of a run. One event, `look`, carries what is true now (a level, never a raw event), so that repeated,
 * merged or lost observations can't wedge it. It performs nothing: calls follow from the state and the intents.
 * Once `injecting` was entered, `reverting` is the only way out.
 */

import { assign, createActor, setup } from 'xstate';
import { changes } from './changes.ts';
import type { Facts, Look, Questioned, Seen } from './facts.ts';
import { guards } from './guards.ts';
import type { Run, RunStateName } from './run.ts';

/** A change as an assignment of the machine's context. */
const to =
  <P>(change: (run: Run, facts: Facts, params: P) => Run) =>
  ({ context, event }: Seen, params: P) => ({ run: change(context.run, event.facts, params) });

const machine = setup({
  types: {} as { context: { run: Run }; events: Look; input: { run: Run } },
  guards,
  actions: {
    choose: assign(to(changes.choose)),
    end: assign(to<Questioned>(changes.end)),
    endAborted: assign(to(changes.endAborted)),
    endLate: assign(to(changes.endLate)),
    endShadow: assign(to(changes.endShadow)),
    noteWaiting: assign(to(changes.noteWaiting)),
    stopWaiting: assign(to(changes.stopWaiting)),
    arm: assign(to(changes.arm)),
    mark: assign(to(changes.mark)),
    goOn: assign(to(changes.goOn)),
    stop: assign(to(changes.stop)),
    noteAbort: assign(to(changes.noteAbort)),
    hold: assign(to(changes.hold)),
    revert: assign(to(changes.revert)),
    recover: assign(to(changes.recover)),
    judge: assign(to(changes.judge)),
    finish: assign(to(changes.finish)),
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
