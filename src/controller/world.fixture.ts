/** A world of virtual time for tests of the fold: controllers, one puppet of a Nomad, and calls whose fate a test may decide. */

import { serverStart } from '../cluster/nomad.fixture.ts';
import type { AnyFault } from '../faults/fault.ts';
import type { Call, CallEffect, Note, ProbeEffect, StreamEffect } from '../lifecycle/effects.ts';
import type { Standing } from '../lifecycle/machine.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import { gates } from '../safety/index.ts';
import { createPuppet, type Items, type Puppet } from './puppet.fixture.ts';
import type { FinishedRun } from './run-entry.ts';
import { type Controller, createController, type Parts } from './step.ts';
import type { Answer, ControllerConfig, Happening, Summary } from './types.ts';
import type { VirtualClock } from './workload.fixture.ts';

export const home = 'sirocco';

export interface Asked extends CallEffect {
  /** Monotonic instant. */
  readonly at: number;
}

/** `never`: no answer comes. `after`: it comes so many milliseconds later, as given, or as it is then. */
export type Fate = Answer | 'never' | { readonly after: number; readonly answer?: Answer };

type CallOf<O extends Call['op']> = Asked & { readonly call: Extract<Call, { readonly op: O }> };
type NoteOf<T extends Note['type']> = Extract<Note, { readonly type: T }> & { readonly at: number };

/** One controller in it. */
export interface Member {
  readonly controller: Controller;
  readonly asked: readonly Asked[];
  readonly streams: readonly StreamEffect[];
  readonly exits: readonly string[];
  /** What a probe is answered; as it is it never is. */
  probe: (effect: ProbeEffect) => ProbeAnswer | undefined;
  /** Decides what becomes of a call when its answer is due; undefined: the puppet answers. */
  fate: (asked: Asked) => Fate | undefined;
  calls<O extends Call['op']>(op: O): readonly CallOf<O>[];
  notes<T extends Note['type']>(type: T): readonly NoteOf<T>[];
  /** Writes of run records, in order. */
  records(): readonly CallOf<'write-variable'>[];
  open(): readonly Standing[];
  ended(): readonly FinishedRun[];
  summary(): Summary;
  happen(happening: Happening): void;
  /** It is never heard of again, and hears nothing more; answers on their way are lost. */
  crash(): void;
}

export interface World {
  readonly clock: VirtualClock;
  readonly nomad: Puppet;
  start(over?: Partial<ControllerConfig>): Member;
  /** Lets so much time pass, with all that happens in it. */
  pass(ms: number): void;
  /** The machine sleeps: time passes, and nothing happens in it. */
  freeze(ms: number): void;
  /** Writes a schedule. */
  schedule(namespace: string, name: string, items: Items): void;
  status(namespace: string, name: string): Items | undefined;
}

interface Pending {
  readonly at: number;
  readonly member: Member;
  readonly asked: Asked;
  readonly answer?: Answer;
  readonly decided?: boolean;
}

export function createWorld(faults: readonly AnyFault[], parts: Partial<Parts> = {}): World {
  const clock: VirtualClock = { mono: 1_000, wall: serverStart };
  const nomad = createPuppet(clock);
  const catalog = new Map(faults.map(fault => [fault.name, fault]));
  const deadlines = new Map<Member, number>();
  let queue: Pending[] = [];
  let probed: { readonly at: number; readonly member: Member; readonly effect: ProbeEffect }[] = [];
  let blocked: Pending[] = [];
  let seq = 0;

  /** Blocking queries whose prefix changed are answered. */
  function wake(): void {
    const waiting = blocked;
    blocked = [];
    for (const each of waiting) {
      const { call } = each.asked;
      const changed = call.op === 'list-variables' && nomad.changedSince(call.namespace, call.prefix, call.index);
      if (changed) queue.push({ ...each, at: clock.mono });
      else blocked.push(each);
    }
  }

  function deliver(pending: Pending): void {
    const { member, asked } = pending;
    const fate =
      pending.answer ?? (pending.decided === true ? undefined : member.fate(asked)) ?? nomad.answer(asked.call);
    if (fate === 'never') return;
    if (!('kind' in fate)) {
      const { after, ...rest } = fate;
      queue.push({ member, asked, at: clock.mono + after, decided: true, ...rest });
      return;
    }
    member.happen({ kind: 'answer', id: asked.id, call: asked.call, answer: fate, sentAt: asked.at });
  }

  function start(over: Partial<ControllerConfig> = {}): Member {
    const config = { home, prefix: 'chaos', namespaces: ['default'], name: 'a', region: 'global', ...over };
    const controller = createController(config, { catalog, gates, ...parts }, clock);
    const asked: Asked[] = [];
    const told: (Note & { at: number })[] = [];
    const streams: StreamEffect[] = [];
    const exits: string[] = [];
    const { core } = controller;
    const member: Member = {
      controller,
      asked,
      streams,
      exits,
      fate: () => undefined,
      probe: () => undefined,
      calls: op => asked.filter((each): each is CallOf<typeof op> => each.call.op === op),
      notes: type => told.filter((each): each is NoteOf<typeof type> => each.type === type),
      records: () => member.calls('write-variable').filter(({ call }) => call.path.startsWith('chaos/runs/')),
      open: () => [...core.runs.values()].map(each => each.standing),
      ended: () => [...core.finished.values()],
      summary: () => controller.summary(clock.mono, clock.wall),
      happen(happening) {
        seq += 1;
        const { effects, nextDeadline } = controller.step({ seq, mono: clock.mono, wall: clock.wall, happening });
        deadlines.set(member, nextDeadline ?? Number.POSITIVE_INFINITY);
        for (const effect of effects) {
          if (effect.kind === 'note') told.push({ ...effect.note, at: clock.mono });
          else if (effect.kind === 'exit') exits.push(effect.reason);
          else if (effect.kind === 'stream') streams.push(effect);
          else if (effect.kind === 'probe') probed.push({ at: clock.mono + 1, member, effect });
          else {
            const sent = { ...effect, at: clock.mono };
            asked.push(sent);
            const blocks = effect.call.op === 'list-variables' && effect.call.index > 0;
            (blocks ? blocked : queue).push({ at: clock.mono + 1, member, asked: sent });
          }
        }
        wake();
      },
      crash() {
        deadlines.delete(member);
        queue = queue.filter(each => each.member !== member);
        blocked = blocked.filter(each => each.member !== member);
        probed = probed.filter(each => each.member !== member);
      },
    };
    member.happen({ kind: 'timer' });
    return member;
  }

  function advance(to: number): void {
    if (to <= clock.mono) return;
    clock.wall += to - clock.mono;
    clock.mono = to;
  }

  function pass(ms: number): void {
    const end = clock.mono + ms;
    wake();
    for (;;) {
      const next = queue.reduce<Pending | undefined>(
        (least, each) => (least && least.at <= each.at ? least : each),
        undefined,
      );
      const [due] = [...deadlines].sort((a, b) => a[1] - b[1]);
      const asked = probed[0];
      const soonest = [next?.at, due?.[1], asked?.at].map(each => each ?? Number.POSITIVE_INFINITY);
      const at = Math.min(...soonest);
      if (at > end) break;
      advance(at);
      if (next !== undefined && next.at <= clock.mono) {
        queue.splice(queue.indexOf(next), 1);
        deliver(next);
      } else if (asked !== undefined && asked.at <= clock.mono) {
        probed.shift();
        const answer = asked.member.probe(asked.effect);
        if (answer !== undefined) asked.member.happen({ kind: 'probe', id: asked.effect.id, answer });
      } else due?.[0].happen({ kind: 'timer' });
    }
    advance(end);
  }

  return {
    clock,
    nomad,
    start,
    pass,
    freeze: ms => advance(clock.mono + ms),
    schedule: (namespace, name, items) => nomad.put(namespace, `chaos/schedule/${name}`, items),
    status: (namespace, name) => nomad.items(namespace, `chaos/status/${name}`),
  };
}
