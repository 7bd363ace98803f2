/** What goes wrong, drawn from the seed: one stream a kind, so that one more draw shifts no other. */

import { type Random, stream } from '../../src/base/random.ts';

/** What becomes of a call on its way. */
export type Fate =
  | { readonly kind: 'normal' }
  /** Never applied; the caller waits for its time limit. */
  | { readonly kind: 'lost-request' }
  /** Applied; the caller waits for its time limit. */
  | { readonly kind: 'lost-answer' }
  /** Fails for its caller and is applied up to a minute later. */
  | { readonly kind: 'late'; readonly afterMs: number }
  | { readonly kind: 'no-leader' }
  /** 500 `rpc error: EOF`, applied or not. */
  | { readonly kind: 'eof'; readonly applied: boolean }
  /** Applied twice. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** A read that is answered from the past. */
  | { readonly kind: 'old' };

export interface Chance {
  /** One way to Nomad, in milliseconds. */
  latency(): number;
  /** `isHarm`: of a call that a fault makes; those meet trouble more often than they would by the number of all calls. */
  fate(isRead: boolean, isHarm: boolean): Fate;
  /** After how many effects of a step the process dies; undefined: it lives. */
  crash(effects: number): number | undefined;
  /** How long a process freezes between deciding and sending; 0: not. */
  freeze(isHarm: boolean): number;
  restart(): number;
  /** What happens to a batch of events. */
  batch(): 'normal' | 'lost' | 'twice' | 'gap';
  /** Milliseconds until a stream ends by itself. */
  streamLife(): number;
  /** For what people and the world do. */
  readonly people: Random;
}

/** Probabilities are per call, step or batch: a run of two minutes meets each several times. */
export function createChance(seed: string, disturbed: boolean): Chance {
  const named = (name: string) => stream(seed, name);
  const [latency, fates, crashes, freezes, restarts, batches, streams, people] = [
    'latency',
    'fates',
    'crashes',
    'freezes',
    'restarts',
    'batches',
    'streams',
    'people',
  ].map(named) as [Random, Random, Random, Random, Random, Random, Random, Random];
  /** How rough this seed is: some are nearly calm, so that long runs are seen too. */
  const rough = disturbed ? ([0.3, 1, 2][named('rough').below(3)] ?? 1) : 0;

  return {
    people,
    latency: () => 1 + latency.below(8),
    fate(isRead, isHarm) {
      const [draw, kind, detail] = [fates.next(), fates.next(), fates.next()];
      if (draw >= (isHarm ? 0.1 : 0.04) * rough) return { kind: 'normal' };
      if (isRead) {
        if (kind < 0.4) return { kind: 'old' };
        if (kind < 0.6) return { kind: 'lost-answer' };
        return kind < 0.8 ? { kind: 'no-leader' } : { kind: 'slow', ms: Math.floor(3_000 * detail) };
      }
      if (kind < 0.15) return { kind: 'lost-request' };
      if (kind < 0.35) return { kind: 'lost-answer' };
      if (kind < 0.55) return { kind: 'late', afterMs: Math.floor(4_000 + 56_000 * detail) };
      if (kind < 0.65) return { kind: 'no-leader' };
      if (kind < 0.8) return { kind: 'eof', applied: detail < 0.5 };
      return kind < 0.9 ? { kind: 'repeated' } : { kind: 'slow', ms: Math.floor(3_000 * detail) };
    },
    crash(effects) {
      const [draw, where] = [crashes.next(), crashes.next()];
      return effects > 0 && draw < 0.004 * rough ? Math.floor(where * (effects + 1)) : undefined;
    },
    freeze(isHarm) {
      const [draw, long] = [freezes.next(), freezes.next()];
      return draw < (isHarm ? 0.01 : 0.001) * rough ? Math.floor(500 + 30_000 * long) : 0;
    },
    restart: () => 500 + restarts.below(8_000),
    batch() {
      const draw = batches.next();
      if (draw >= 0.06 * rough) return 'normal';
      return draw < 0.02 * rough ? 'lost' : draw < 0.04 * rough ? 'twice' : 'gap';
    },
    streamLife: () => (rough === 0 ? Number.POSITIVE_INFINITY : 10_000 + streams.below(120_000)),
  };
}
