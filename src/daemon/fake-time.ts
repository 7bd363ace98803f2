/** Time by hand, and a script in place of the fold: what the tests of this folder share. */

import type { Happening, Input, Step, Summary } from '../controller/types.ts';
import type { Effect } from '../lifecycle/effects.ts';
import type { Clock, Log, Timers } from '../world/types.ts';
import type { Stepper } from './types.ts';

export interface FakeTime extends Clock, Timers {
  /** Lets time pass: due timers fire in order, each at its instant. */
  advance(ms: number): void;
  /** The machine sleeps: only the wall clock goes on. */
  sleep(ms: number): void;
  /** Timers that are set. */
  pending(): number;
}

export function fakeTime(): FakeTime {
  let mono = 1_000;
  let wall = Date.UTC(2026, 10, 24, 10);
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  return {
    mono: () => mono,
    wall: () => wall,
    after: (ms, fn) => {
      const timer = { at: mono + ms, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: ms => {
      const until = mono + ms;
      for (;;) {
        const due = [...timers].filter(timer => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        wall += Math.max(0, due.at - mono);
        mono = Math.max(mono, due.at);
        due.fn();
      }
      wall += until - mono;
      mono = until;
    },
    sleep: ms => {
      wall += ms;
    },
    pending: () => timers.size,
  };
}

export const standbySummary: Summary = {
  leading: false,
  term: 0,
  leaseRemainingSeconds: 0,
  ready: true,
  waitingFor: [],
  halted: [],
  schedules: [],
  runsActive: [],
  injectionsActive: [],
  stuckRuns: 0,
  oldestUnrevertedSeconds: 0,
  viewAgeSeconds: 0,
  open: [],
};

export interface ScriptedFold extends Stepper {
  readonly inputs: Input[];
  readonly happenings: () => readonly Happening['kind'][];
}

/** Does what `script` says for each happening: effects, and when it wants to be woken. */
export function scriptedFold(
  script: (input: Input) => { readonly effects?: readonly Effect[]; readonly nextDeadline?: number } | undefined,
  summary: () => Summary = () => standbySummary,
): ScriptedFold {
  const inputs: Input[] = [];
  return {
    inputs,
    happenings: () => inputs.map(input => input.happening.kind),
    step: (input): Step => {
      inputs.push(input);
      const result = script(input);
      return { effects: result?.effects ?? [], nextDeadline: result?.nextDeadline };
    },
    summary,
  };
}

export interface RecordedLog extends Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[];
}

export function recordedLog(): RecordedLog {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const log: RecordedLog = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  return log;
}
