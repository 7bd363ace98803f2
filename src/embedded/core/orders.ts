/** What real processes are asked to do: orders for the shell, and what it reports back. */

import type { Port } from './types.ts';

/** Names one run of a task: a task that restarts has a new handle. */
export type Handle = string;

/** A file that a task finds. */
export interface TaskFile {
  /** Below its local folder. */
  readonly path: string;
  readonly base64: string;
}

export interface StartOrder {
  readonly kind: 'start';
  readonly handle: Handle;
  readonly alloc: string;
  readonly task: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Without the directories, which only the shell knows. */
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly Port[];
  /** Written into the task's local folder before. */
  readonly files: readonly TaskFile[];
}

export type ProcessOrder =
  | StartOrder
  /** To the process alone, not to its children. */
  | { readonly kind: 'signal'; readonly handle: Handle; readonly signal: string }
  /** SIGKILL to its whole group. */
  | { readonly kind: 'kill'; readonly handle: Handle }
  /** The allocation is forgotten: its directory may go. */
  | { readonly kind: 'forget'; readonly alloc: string };

export type ProcessReport =
  | { readonly kind: 'started'; readonly handle: Handle }
  | { readonly kind: 'failed'; readonly handle: Handle; readonly error: string }
  | { readonly kind: 'exited'; readonly handle: Handle; readonly exitCode: number; readonly signal: number };
