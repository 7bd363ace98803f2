/** What people wrote, in the fold's state: schedules and requests, each with what was answered to it. */

import type { Problem } from '../base/errors.ts';
import type { Verdict } from '../lifecycle/run.ts';
import type { Variable } from '../nomad/types.ts';
import type { Spec } from '../spec/experiment.ts';
import type { ReadRequest } from './request-form.ts';

export interface SpecEntry {
  readonly namespace: string;
  readonly name: string;
  /** ModifyIndex and ModifyTime (ms) of the Variable that this answers. */
  index: number;
  modifyTime: number;
  spec: Spec | undefined;
  problems: readonly Problem[];
  /** The experiment that it names, with the Variable to be read again when that changes. */
  refers: { readonly to: string; readonly variable: Variable } | undefined;
  /** The experiments of its namespace were not read yet: it is neither accepted nor rejected. */
  waits: boolean;
  /** Suspended though it is not valid, or valid. */
  suspended: boolean;
  /** The newest tick that was started, missed, forbidden or left out: ticks at or before it are spent. */
  handled: number;
  /** When the next tick will be due, its jitter included. */
  next: number | undefined;
  /** The tick that waits for open runs to be undone, since it is to take their place. */
  replacing: number | undefined;
  missed: number;
  last:
    | {
        readonly run: string;
        readonly tick: number;
        readonly verdict?: Verdict;
        readonly reason?: string;
        readonly recoveryMs?: number;
      }
    | undefined;
  status: StatusState;
}

export interface StatusState {
  /** What is there was read, or written by us. */
  known: boolean;
  /** Items last acknowledged. */
  published: Readonly<Record<string, string>> | undefined;
  index: number;
  writing: boolean;
  writtenAt: number;
}

/** What became of a request. */
export type RequestOutcome =
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }
  /** The run that it asked for, whose story is told as it goes on. */
  | { readonly kind: 'run'; readonly run: string }
  /** What it asked about a run is done. */
  | { readonly kind: 'done'; readonly run: string; readonly message: string };

export interface RequestEntry {
  readonly namespace: string;
  readonly id: string;
  /** The Variable, until it is answered and deleted. */
  variable: Variable | undefined;
  form: ReadRequest | undefined;
  outcome: RequestOutcome | undefined;
  /** The run whose record must tell of it before it is answered. */
  waitsOn: string | undefined;
  /** People were told what became of it. */
  told: boolean;
  /** A read or its deletion is on its way. */
  busy: boolean;
  status: StatusState;
}
