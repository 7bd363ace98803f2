/** The contract of a probe: what to ask, as data, and how to judge the answer. All of it is pure. */

import type { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import type { View } from '../cluster/types.ts';
import type { Permission } from '../faults/fault.ts';
import type { ReadCall } from '../lifecycle/effects.ts';

/**
 * What may be asked: a closed set. `{{ … }}` in the texts of a net call is filled in by whoever asks (`fill.ts`), so
 * that no secret is ever part of a spec, a record or a plan.
 */
export type ProbeCall = NetCall | ViewCall;

/** What is asked over the network: `src/world/probe-net.ts`. */
export type NetCall = HttpCall | TcpCall;

export interface HttpCall {
  readonly op: 'http';
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the whole: lookup, connection, TLS, answer and its body. */
  readonly timeoutMs: number;
}

export interface TcpCall {
  readonly op: 'tcp';
  /** `host:port`. */
  readonly address: string;
  readonly timeoutMs: number;
}

/** Judged from the view of the cluster, once what is named here is in it and fresh. */
export interface ViewCall {
  readonly op: 'view';
  readonly namespace: string;
  readonly reads: readonly ReadCall[];
}

/** Why there is no answer. `forbidden` and `invalid`: nothing was sent, and asking again would be in vain. */
export type FailureReason =
  | 'forbidden'
  | 'invalid'
  | 'unresolved'
  | 'unreachable'
  | 'tls'
  | 'broken'
  | 'timeout'
  | 'cancelled';

export type ProbeAnswer =
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly latencyMs: number;
      /** The first 64 KiB, as UTF-8. For `judge` alone: never to be kept. */
      readonly body: string;
      /** Whether there was more. */
      readonly truncated: boolean;
      /** `Content-Encoding`, where the body has one though none was asked for. */
      readonly encoding?: string;
    }
  | { readonly kind: 'tcp'; readonly latencyMs: number }
  | {
      readonly kind: 'view';
      readonly namespace: string;
      readonly view: View;
      /** What `baseline` said when the run began. */
      readonly baseline?: Baseline;
    }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      /** In words for people; names host and port, never the rest of a URL. */
      readonly message: string;
      readonly latencyMs: number;
    };

/** Small facts of the start of a run, for the run's record. */
export type Baseline = Readonly<Record<string, number>>;

export interface ProbeResult {
  readonly ok: boolean;
  /** What was seen, such as `200 in 12ms`: at most 200 bytes of JSON, never a part of a body that was not asked for. */
  readonly observed: string;
  /** Why it is not ok, in words: at most 200 bytes. */
  readonly why?: string;
  /** Set when there was no answer to judge. */
  readonly failed?: FailureReason;
  /** Of the answer; absent where a value is judged, so that one probe always measures the same. */
  readonly latencyMs?: number;
  /** The number that was judged, of probes that judge one. */
  readonly value?: number;
}

export interface ProbeContext {
  /** Of the spec: what a probe may look at in Nomad. */
  readonly namespace: string;
}

export interface Probe<P = never, E = never> {
  readonly name: string;
  /** One sentence, for help and docs. */
  readonly summary: string;
  /** A strict object: unknown keys are errors. Its values are JSON. */
  readonly parameters: z.ZodType<P>;
  /** The parameter that a plain text in place of the object stands for, such as `url`. */
  readonly shorthand?: string;
  /**
   * What may be expected: a strict object of the fields of `expect/`. What `{}` gives is the default, and what is not
   * written keeps its own. Its values are JSON.
   */
  readonly expectations: z.ZodType<E>;
  /** Nomad's own words for the rights that it takes. */
  readonly permissions: readonly Permission[];
  /** As a document holds it, for docs. */
  readonly example: { readonly with: ProbeInput; readonly expect: ProbeInput };
  ask(params: P, context: ProbeContext): ProbeCall;
  /** What of the view the start of a run must note; absent where nothing. */
  baseline?(params: P, context: ProbeContext, view: View): Baseline;
  /** Never throws, whatever the answer. */
  judge(params: P, expect: E, answer: ProbeAnswer): ProbeResult;
}

export type ProbeInput = Readonly<Record<string, unknown>>;

/** Any probe, its parameters unknown to the caller: what registries hold. */
// biome-ignore lint/suspicious/noExplicitAny: the types are known only inside each probe; `parameters` and `expectations` prove them at run time.
export type AnyProbe = Probe<any, any>;

/** What a spec holds of one probe: JSON. */
export interface ReadProbe {
  readonly probe: string;
  readonly with: ProbeInput;
  readonly expect: ProbeInput;
}

export interface WrittenProbe {
  /** An object, or the text that its shorthand takes. */
  readonly with: unknown;
  /** An object; undefined: the default alone. */
  readonly expect?: unknown;
}

export type ProbeReading =
  | { readonly ok: true; readonly value: ReadProbe }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export type ExpectReading =
  | { readonly ok: true; readonly expect: ProbeInput }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The probes of a release: what specs are read against, and what runs ask. */
export interface Probes {
  /** Their names, in order. */
  readonly kinds: readonly string[];
  get(kind: string): AnyProbe | undefined;
  /** Reads what was written under a probe's name and under `expect`; keys of problems are `<name>.…` and `expect.…`. */
  read(kind: string, written: WrittenProbe): ProbeReading;
  /** Reads `expect` alone: a guard expects its own of a probe that is named elsewhere. */
  expectations(kind: string, written: unknown): ExpectReading;
}
