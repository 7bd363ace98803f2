/** The least that any controller must ask of Nomad for one injection, asked with nothing else: what is left is ours. */

import { instant } from './clock.ts';
import type { Nomad } from './nomad.ts';

const namespace = 'default';

async function took(work: () => Promise<unknown>): Promise<number> {
  const begun = instant();
  await work();
  return instant() - begun;
}

/**
 * Milliseconds of two writes of Variables and two reads of a job's allocations, one after another: the intent written
 * before it is done, the claim before that, and targets and job read just before.
 */
export async function bareCalls(nomad: Nomad, job: string): Promise<number> {
  const read = () => nomad.ask({ method: 'GET', path: `/v1/job/${job}/allocations`, namespace });
  const write = (n: number) => nomad.put(namespace, `bench/run-${n}`, { body: 'x'.repeat(2_000) });
  return took(async () => {
    await write(1);
    await read();
    await read();
    await write(2);
  });
}

/** Milliseconds of the two writes alone: of a scheduled tick the reads were made before it was due. */
export async function bareWrites(nomad: Nomad): Promise<number> {
  const write = (n: number) => nomad.put(namespace, `bench/run-${n}`, { body: 'x'.repeat(2_000) });
  return took(async () => {
    await write(1);
    await write(2);
  });
}

/** Milliseconds from writing a Variable until a blocking query that waits for it is answered. */
export async function bareWake(nomad: Nomad): Promise<number> {
  const path = '/v1/vars';
  // The prefix must not be empty, or any write anywhere would answer the query.
  const before = await nomad.ask({ method: 'GET', path, namespace, query: { prefix: 'bench/woken' } });
  const query = { prefix: 'bench/woken', index: String(before.index), wait: '30s' };
  const woken = nomad.ask({ method: 'GET', path, namespace, query, timeoutMs: 40_000 });
  // Long enough for the query to be waiting at the server when the write comes.
  await nomad.ask({ method: 'GET', path: '/v1/status/leader' });
  await new Promise(resolve => setTimeout(resolve, 20));
  return took(async () => {
    await Promise.all([nomad.put(namespace, 'bench/woken', { at: String(instant()) }), woken]);
  });
}
