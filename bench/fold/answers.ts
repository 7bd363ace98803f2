/** Nomad as far as a controller with schedules alone asks it, without a server: each answer is made when it is asked. */

import type { Answer } from '../../src/controller/types.ts';
import type { Call } from '../../src/lifecycle/effects.ts';

export interface Answers {
  /** Undefined: a blocking query, which nothing ever wakes. */
  answer(call: Call): Answer | undefined;
  /** Statuses written by the controller so far. */
  readonly statuses: number;
}

export interface Schedules {
  readonly namespace: string;
  readonly count: number;
  items(n: number): Readonly<Record<string, string>>;
  /** The status that an earlier life left; undefined: none. */
  status(n: number, index: number): Readonly<Record<string, string>> | undefined;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

const schedulePrefix = 'chaos/schedule/';
const statusPrefix = 'chaos/status/';

export function nameOf(n: number): string {
  return `schedule-${n}`;
}

/** `count` valid schedules, no run, no halt, nobody else. */
export function createAnswers({ namespace, count, items, status, writtenAt }: Schedules): Answers {
  let [index, statuses] = [count + 100, 0];
  const indexOf = (n: number) => n + 10;

  function meta(path: string, modifyIndex: number) {
    const time = writtenAt * 1e6;
    return {
      Namespace: namespace,
      Path: path,
      CreateIndex: modifyIndex,
      ModifyIndex: modifyIndex,
      CreateTime: time,
      ModifyTime: time,
    };
  }

  function list(of: string, prefix: string): readonly unknown[] {
    if (prefix.startsWith('chaos/runs/')) return [];
    const marker = meta(`${prefix}_`, 5);
    if (of !== namespace || prefix !== schedulePrefix) return [marker];
    return [marker, ...Array.from({ length: count }, (_, n) => meta(schedulePrefix + nameOf(n), indexOf(n)))];
  }

  function answer(call: Call): Answer | undefined {
    switch (call.op) {
      case 'list-variables':
        return call.index > 0 ? undefined : { kind: 'ok', index, value: list(call.namespace, call.prefix) };
      case 'read-variable': {
        const n = Number(call.path.slice(call.path.lastIndexOf('-') + 1));
        const found = call.path.startsWith(schedulePrefix)
          ? items(n)
          : call.path.startsWith(statusPrefix)
            ? status(n, indexOf(n))
            : undefined;
        if (found === undefined) return { kind: 'ok', index };
        return { kind: 'ok', index, value: { ...meta(call.path, indexOf(n)), Items: found } };
      }
      case 'write-variable':
        index += 1;
        if (call.path.startsWith(statusPrefix)) statuses += 1;
        return { kind: 'ok', index, value: { ...meta(call.path, index), Items: call.items } };
      case 'lock-acquire':
      case 'lock-renew':
        return { kind: 'ok', index, value: { ...meta(call.path, index), Lock: { ID: 'lock' } } };
      default:
        return { kind: 'ok', index, value: [] };
    }
  }

  return {
    answer,
    get statuses() {
      return statuses;
    },
  };
}
