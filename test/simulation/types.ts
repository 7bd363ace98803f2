/** What a simulation is given and what comes of it. */

import type { Controller, Parts } from '../../src/controller/step.ts';
import type { ControllerConfig } from '../../src/controller/types.ts';

/** The code under test: the project's own, or a copy with a planted bug. */
export interface Subject {
  createController(config: ControllerConfig, parts: Parts, now: { mono: number; wall: number }): Controller;
  readonly parts: Parts;
}

export interface Options {
  readonly seed: string;
  /** Crashes, freezes, lost and late calls, old reads: off for the undisturbed run that the end is compared with. */
  readonly disturbed: boolean;
  readonly subject: Subject;
  /** Keeps the trace's lines, not only their hash. */
  readonly keepTrace?: boolean;
}

/** How the cluster stands when all is over: what a disturbed run must share with an undisturbed one. */
export interface EndState {
  /** Each job: stopped, absent, or how many of its count are healthy. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Names of nodes that are drained or ineligible. */
  readonly out: readonly string[];
  /** Our tags on versions of jobs. */
  readonly tags: readonly string[];
  /** Jobs of which a deployment is paused. */
  readonly paused: readonly string[];
  /** The scheduler is. */
  readonly isPaused: boolean;
  readonly open: readonly string[];
}

export interface Outcome {
  readonly seed: string;
  /** SHA-256 of every line of the trace. */
  readonly trace: string;
  readonly lines: readonly string[];
  /** Broken promises, in words; none: all held. */
  readonly problems: readonly string[];
  readonly end: EndState;
  readonly simulatedMs: number;
  readonly counts: Readonly<Record<string, number>>;
}
