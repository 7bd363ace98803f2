/** What the world gives: time, chance, logging. The pure folders are handed values of these, never these. */

export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  wall(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  mono(): number;
}

export interface Timers {
  /** Calls `fn` once after `ms` milliseconds; the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

export interface World extends Clock, Timers {
  readonly log: Log;
  /** Random bytes for a new seed or id. */
  bytes(n: number): Uint8Array;
}
