/** What of a task's output is asked for. */

export interface LogRequest {
  readonly alloc: string;
  readonly task: string;
  readonly type: 'stdout' | 'stderr';
  readonly plain: boolean;
  readonly follow: boolean;
  /** Bytes from `origin`. */
  readonly offset: number;
  readonly origin: 'start' | 'end';
  /** All that there is, where the core knows it: of tasks that only keep time. Absent: the shell has it in a file. */
  readonly text?: string;
}

/** The byte to begin with in an output of `size` bytes. Nothing back from the end is the start, as Nomad has it. */
export function logStart({ origin, offset }: Pick<LogRequest, 'origin' | 'offset'>, size: number): number {
  const signed = origin === 'end' ? 0 - offset : offset;
  return signed < 0 ? Math.max(0, size + signed) : Math.min(size, signed);
}
