/** One controller as a process: it dies between any two effects, freezes between deciding and sending, and starts anew. */

import type { Controller } from '../../src/controller/step.ts';
import type { ControllerConfig, Happening } from '../../src/controller/types.ts';
import { type Subscription, subscribe, take } from '../../src/embedded/core/subscription.ts';
import type { CallEffect, Effect, StreamEffect } from '../../src/lifecycle/effects.ts';
import type { Chance } from './chance.ts';
import { isFaultCall } from './in-force.ts';
import type { Queue } from './queue.ts';
import { type Server, tokens } from './server.ts';
import type { Subject } from './types.ts';

export interface SentCall {
  readonly process: string;
  readonly life: number;
  readonly effect: CallEffect;
  readonly at: number;
  /** When the step that decided it was made: later sends are a freeze's. */
  readonly decidedAt: number;
  /** End of the lease by the process's own count at the send: one TTL after its last good renewal was sent. */
  readonly leaseEnd: number;
}

export interface Watcher {
  line(text: string): void;
  sent(call: SentCall): void;
  /** An answer reached the life that asked. */
  answered(effect: CallEffect, isOk: boolean): void;
  noted(process: string, effect: Extract<Effect, { kind: 'note' }>): void;
}

export interface Process {
  readonly name: string;
  start(): void;
  /** Forbids further crashes and freezes. */
  calm(): void;
  readonly controller: () => Controller | undefined;
}

const lockTtlMs = 10_000;

export function createProcess(
  config: ControllerConfig,
  subject: Subject,
  world: {
    readonly queue: Queue;
    readonly server: Server;
    readonly chance: Chance;
    readonly watcher: Watcher;
    readonly now: () => number;
  },
): Process {
  const { queue, server, chance, watcher, now } = world;
  let life = 0;
  let controller: Controller | undefined;
  let seq = 0;
  let timer = 0;
  let frozenUntil = 0;
  let backlog: Happening[] = [];
  let troubled = true;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let streams = new Map<string, { readonly subscription: Subscription; readonly id: number }>();
  let streamIds = 0;
  const born = now();
  const mono = () => now() - born + 1_000;

  function start(): void {
    life += 1;
    seq = 0;
    backlog = [];
    frozenUntil = 0;
    renewedAt = Number.NEGATIVE_INFINITY;
    streams = new Map();
    controller = subject.createController(config, subject.parts, { mono: mono(), wall: now() });
    watcher.line(`${now()} ${config.name} starts, life ${life}`);
    deliver(life, { kind: 'timer' });
  }

  function die(): void {
    watcher.line(`${now()} ${config.name} dies`);
    controller = undefined;
    const of = life;
    queue.at(now() + chance.restart(), () => {
      if (life === of) start();
    });
  }

  function deliver(of: number, happening: Happening): void {
    if (of !== life || controller === undefined) return;
    if (now() < frozenUntil) {
      backlog.push(happening);
      return;
    }
    seq += 1;
    const step = controller.step({ seq, mono: mono(), wall: now(), happening });
    const decidedAt = now();
    const crashAfter = troubled ? chance.crash(step.effects.length) : undefined;
    const calls = step.effects.filter(each => each.kind === 'call');
    const isHarm = calls.some(({ call, priority }) => priority === 'inject' && isFaultCall(call));
    const freeze = troubled && calls.length > 0 ? chance.freeze(isHarm) : 0;
    const effects = crashAfter === undefined ? step.effects : step.effects.slice(0, crashAfter);
    if (freeze > 0) {
      watcher.line(`${now()} ${config.name} freezes for ${Math.round(freeze)}`);
      frozenUntil = now() + freeze;
      queue.at(frozenUntil, () => {
        if (of !== life) return;
        perform(of, effects, decidedAt);
        const late = backlog;
        backlog = [];
        for (const each of late) deliver(of, each);
      });
    } else perform(of, effects, decidedAt);
    if (crashAfter !== undefined) {
      die();
      return;
    }
    if (step.nextDeadline !== undefined) wake(of, step.nextDeadline);
  }

  /** One timer, at the earliest deadline. */
  function wake(of: number, at: number): void {
    timer += 1;
    const mine = timer;
    queue.at(Math.max(now(), at - 1_000 + born), () => {
      if (mine === timer) deliver(of, { kind: 'timer' });
    });
  }

  function perform(of: number, effects: readonly Effect[], decidedAt: number): void {
    for (const effect of effects) {
      if (effect.kind === 'call') call(of, effect, decidedAt);
      else if (effect.kind === 'stream') open(of, effect);
      else if (effect.kind === 'note') {
        watcher.line(`${now()} ${config.name} ${JSON.stringify(effect.note)}`);
        watcher.noted(config.name, effect);
      }
    }
  }

  function call(of: number, effect: CallEffect, decidedAt: number): void {
    const sentAt = mono();
    const at = now();
    watcher.line(`${at} ${config.name} > ${effect.id} ${JSON.stringify(effect.call)}`);
    watcher.sent({ process: config.name, life: of, effect, at, decidedAt, leaseEnd: renewedAt + lockTtlMs });
    server.send(effect, answer => {
      const { op } = effect.call;
      if (of === life && (op === 'lock-acquire' || op === 'lock-renew') && answer.kind === 'ok')
        renewedAt = Math.max(renewedAt, at);
      watcher.line(
        `${now()} ${config.name} < ${effect.id} ${answer.kind}${answer.kind === 'ok' ? '' : ` ${answer.message}`}`,
      );
      if (of === life && controller !== undefined) watcher.answered(effect, answer.kind === 'ok');
      deliver(of, { kind: 'answer', id: effect.id, call: effect.call, answer, sentAt });
    });
  }

  function open(of: number, { key, request }: StreamEffect): void {
    streams.delete(key);
    if (request.topics.length === 0) return;
    const subscription = subscribe(server.cluster, { ...request, token: tokens.controller.secret });
    if ('status' in subscription) throw new Error(`stream ${key}: ${subscription.message}`);
    streamIds += 1;
    const id = streamIds;
    streams.set(key, { subscription, id });
    queue.at(now() + chance.latency(), () => {
      if (streams.get(key)?.id !== id) return;
      deliver(of, { kind: 'stream-open', key });
      pump(of);
    });
    const ends = chance.streamLife();
    if (Number.isFinite(ends) && troubled) {
      queue.at(now() + ends, () => {
        if (streams.get(key)?.id !== id) return;
        streams.delete(key);
        deliver(of, { kind: 'stream-closed', key, reason: 'eof', message: 'the stream ended' });
      });
    }
    beat(of, key, id);
  }

  function beat(of: number, key: string, id: number): void {
    queue.at(now() + 30_000, () => {
      if (of !== life || streams.get(key)?.id !== id) return;
      deliver(of, { kind: 'stream-beat', key });
      beat(of, key, id);
    });
  }

  /** Gives each stream what it has, some milliseconds later; a batch may be lost, doubled, or known to be missing. */
  function pump(of: number): void {
    if (of !== life || controller === undefined) return;
    for (const [key, { subscription, id }] of streams) {
      for (const line of take(server.cluster, subscription)) {
        if (line.kind === 'beat') continue;
        const fate = troubled ? chance.batch() : 'normal';
        const give = (happening: Happening) =>
          queue.at(now() + chance.latency(), () => {
            if (streams.get(key)?.id === id) deliver(of, happening);
          });
        if (fate === 'gap') give({ kind: 'stream-gap', key, reason: 'events were lost' });
        else if (fate !== 'lost') give({ kind: 'stream-batch', key, batch: line.batch });
        if (fate === 'twice') give({ kind: 'stream-batch', key, batch: line.batch });
      }
      if (subscription.ended !== undefined) {
        streams.delete(key);
        deliver(of, { kind: 'stream-closed', key, reason: 'eof', message: subscription.ended });
      }
    }
  }
  server.onChange(() => queue.at(now(), () => pump(life)));

  return {
    name: config.name,
    start,
    calm() {
      troubled = false;
    },
    controller: () => controller,
  };
}
