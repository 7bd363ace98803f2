/** Reading what a task wrote, as it comes: the answer is no JSON of one piece. */

import type { Allocation } from '../../src/nomad/types.ts';
import { until } from '../support/until.ts';
import type { Caller, Query } from './caller.ts';

export interface LogAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The server had not ended it when `until` was seen, or the time was over. */
  readonly open: boolean;
}

export interface LogOptions {
  /** Reads on until the text has this part; without it to the end. */
  readonly upTo?: string;
}

/** One log as `query` asks for it; it is read for ten seconds at most. */
export async function readLog(by: Caller, alloc: string, query: Query, options: LogOptions = {}): Promise<LogAnswer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  const search = new URLSearchParams({ namespace: by.namespace, ...query });
  const headers = by.token === undefined ? {} : { 'x-nomad-token': by.token };
  const url = `${by.address}/v1/client/fs/logs/${alloc}?${search}`;
  let text = '';
  let open = false;
  try {
    const response = await fetch(url, { headers, signal: abort.signal });
    const answer = { status: response.status, type: response.headers.get('content-type') ?? '' };
    try {
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString('utf8');
        if (options.upTo === undefined || !text.includes(options.upTo)) continue;
        open = true;
        break;
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      open = true;
    }
    return { ...answer, text, open };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** All that a task wrote to its standard output so far. */
export async function stdoutOf(by: Caller, alloc: Allocation, task: string): Promise<string> {
  const { status, text } = await readLog(by, alloc.ID, { task, type: 'stdout', plain: 'true' });
  if (status !== 200) throw new Error(`the log of ${task}: ${status} ${text}`);
  return text;
}

/** The same once it has this part. */
export function stdoutWith(by: Caller, alloc: Allocation, task: string, part: string): Promise<string> {
  return until(`${task} to have written ${JSON.stringify(part)}`, async () => {
    const text = await stdoutOf(by, alloc, task);
    return text.includes(part) && text;
  });
}
