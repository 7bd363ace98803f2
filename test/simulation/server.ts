/** Nomad's side: the embedded core in virtual time, with calls that get lost, repeated, late, and answers from the past. */

import type { Answer } from '../../src/controller/types.ts';
import type { Token } from '../../src/embedded/core/acl.ts';
import { advance, nextDue } from '../../src/embedded/core/advance.ts';
import type { Blocked } from '../../src/embedded/core/handle.ts';
import { handle, poll } from '../../src/embedded/core/handle.ts';
import { copyTables } from '../../src/embedded/core/tables.ts';
import type { Cluster, Tables } from '../../src/embedded/core/types.ts';
import type { CallEffect } from '../../src/lifecycle/effects.ts';
import { answerOf, requestOf } from '../../src/nomad/calls.ts';
import { outcomeOf } from '../../src/nomad/outcome.ts';
import type { NomadRequest, NomadResponse, Outcome } from '../../src/nomad/types.ts';
import type { Chance } from './chance.ts';
import { isFaultCall } from './in-force.ts';
import type { Queue } from './queue.ts';

/** A request that reached the cluster. */
export interface Applied {
  readonly request: NomadRequest;
  readonly response: NomadResponse;
  readonly at: number;
  /** Absent: people, or the world itself. */
  readonly by?: { readonly effect: CallEffect; readonly sentAt: number };
}

export interface Server {
  readonly cluster: Cluster;
  readonly now: () => number;
  /** Sends one call; `done` is called with its answer, or never when the asker is gone. */
  send(effect: CallEffect, done: (answer: Answer) => void): void;
  /** A request of the world itself: never disturbed. `taken` is told of a success, before those who watch see the change. */
  ask(request: NomadRequest, taken?: () => void): NomadResponse;
  /** Told of each write as it is applied, before those who watch see what it changed. */
  onApplied(listener: (applied: Applied) => void): void;
  /** Told after everything that changed the cluster. */
  onChange(listener: () => void): void;
  /** How old the oldest answer was, of those given between two instants to reads of such a path; 0: none was old. */
  aged(path: string, from: number, until: number): number;
  /** Reads may be answered from the past from now on, or no more. */
  disturb(on: boolean): void;
}

const token = (name: string): Token => ({ secret: name, accessor: name, name, type: 'management', rules: {} });

/** By its token Nomad notes who drained a node. */
export const tokens = { people: token('people'), controller: token('controller') } as const;

interface Waiting {
  readonly blocked: Blocked;
  readonly done: (response: NomadResponse) => void;
}

const ambiguous = (message: string): Outcome => ({ kind: 'ambiguous', status: 0, message });

export function createServer(cluster: Cluster, queue: Queue, chance: Chance, now: () => number): Server {
  let waiting: Waiting[] = [];
  const listeners: (() => void)[] = [];
  const observers: ((applied: Applied) => void)[] = [];
  const past: { readonly at: number; readonly tables: Tables }[] = [];
  const old: { readonly at: number; readonly path: string; readonly age: number }[] = [];
  let disturbed = false;
  let seen = cluster.version;
  let wakeAt = Number.POSITIVE_INFINITY;

  /** Lets time pass in the cluster, and tells who waits for a change. */
  function turn(): void {
    advance(cluster, now());
    if (cluster.version !== seen) {
      seen = cluster.version;
      const still: Waiting[] = [];
      for (const each of waiting) {
        const handled = poll(cluster, each.blocked, now());
        if (handled.kind === 'answer') each.done(handled.response);
        else still.push(each);
      }
      waiting = still;
      for (const listener of listeners) listener();
    }
    const due = nextDue(cluster);
    if (due !== undefined && due < wakeAt) {
      wakeAt = due;
      queue.at(due, () => {
        wakeAt = Number.POSITIVE_INFINITY;
        turn();
      });
    }
  }

  function apply(request: NomadRequest, done: (response: NomadResponse) => void, by?: Applied['by']): void {
    advance(cluster, now());
    const token = by === undefined ? tokens.people.secret : tokens.controller.secret;
    const handled = handle(cluster, { ...request, token }, now());
    if (handled.kind === 'answer' && request.method !== 'GET') {
      const { response } = handled;
      for (const each of observers) each({ request, response, at: now(), ...(by === undefined ? {} : { by }) });
    }
    if (handled.kind === 'answer') done(handled.response);
    else if (handled.kind === 'block') {
      const entry: Waiting = { blocked: handled, done };
      waiting.push(entry);
      queue.at(handled.deadline, () => {
        if (!waiting.includes(entry)) return;
        waiting = waiting.filter(each => each !== entry);
        const late = poll(cluster, handled, now());
        if (late.kind === 'answer') done(late.response);
      });
    } else throw new Error(`the embedded core answered ${handled.kind} though nothing was asked to misbehave`);
    turn();
  }

  /** How the cluster looked at some moment before. */
  function fromThePast(request: NomadRequest): NomadResponse | undefined {
    const found = past[chance.people.below(Math.max(1, past.length))];
    if (found === undefined) return undefined;
    const present = cluster.tables;
    cluster.tables = found.tables;
    const handled = handle(cluster, { ...request, token: tokens.controller.secret }, now());
    cluster.tables = present;
    if (handled.kind !== 'answer') return undefined;
    old.push({ at: now(), path: request.path, age: now() - found.at });
    return handled.response;
  }

  function keepPast(): void {
    if (!disturbed) return;
    past.push({ at: now(), tables: copyTables(cluster.tables) });
    if (past.length > 6) past.shift();
    queue.at(now() + 2_500, keepPast);
  }

  function send(effect: CallEffect, done: (answer: Answer) => void): void {
    const request = requestOf(effect.call);
    const isRead = request.method === 'GET';
    const fate = disturbed
      ? chance.fate(isRead, effect.priority === 'inject' && isFaultCall(effect.call))
      : { kind: 'normal' as const };
    const answer = (outcome: Outcome) => done(answerOf(effect.call, outcome));
    const back = (response: NomadResponse) =>
      queue.at(now() + chance.latency(), () => answer(outcomeOf(request, response)));
    const timeOut = () => queue.at(now() + effect.timeoutMs, () => answer(ambiguous('no answer in time')));
    const go = (then: () => void) => queue.at(now() + chance.latency(), then);
    const noAnswer = () => undefined;
    const by = { effect, sentAt: now() };
    switch (fate.kind) {
      case 'normal':
        go(() => apply(request, back, by));
        break;
      case 'slow':
        queue.at(now() + fate.ms, () => apply(request, back, by));
        break;
      case 'lost-request':
        timeOut();
        break;
      case 'lost-answer':
        go(() => apply(request, noAnswer, by));
        timeOut();
        break;
      case 'late':
        queue.at(now() + fate.afterMs, () => apply(request, noAnswer, by));
        timeOut();
        break;
      case 'no-leader':
        go(() => back({ status: 500, index: 0, body: 'No cluster leader' }));
        break;
      case 'eof':
        if (fate.applied) go(() => apply(request, noAnswer, by));
        go(() => back({ status: 500, index: 0, body: 'rpc error: EOF' }));
        break;
      case 'repeated':
        go(() =>
          apply(
            request,
            response => {
              apply(request, noAnswer, by);
              back(response);
            },
            by,
          ),
        );
        break;
      case 'old':
        go(() => {
          const blocks = effect.call.op === 'list-variables' && effect.call.index > 0;
          const answered = blocks ? undefined : fromThePast(request);
          if (answered === undefined) apply(request, back, by);
          else back(answered);
        });
    }
  }

  return {
    cluster,
    now,
    send,
    ask(request, taken) {
      let found: NomadResponse | undefined;
      apply(request, response => {
        found = response;
        if (response.status < 400) taken?.();
      });
      if (found === undefined) throw new Error(`${request.method} ${request.path} did not answer at once`);
      return found;
    },
    aged(path, from, until) {
      const given = old.filter(each => each.at >= from && each.at <= until && each.path.startsWith(path));
      return Math.max(0, ...given.map(({ age }) => age));
    },
    onApplied: listener => observers.push(listener),
    onChange: listener => listeners.push(listener),
    disturb(on) {
      disturbed = on;
      if (on) keepPast();
    },
  };
}
