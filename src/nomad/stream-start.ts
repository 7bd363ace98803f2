/** Where a stream begins that has seen nothing yet. */

import type { NomadRequest, Outcome, StreamRequest, Topic } from './types.ts';

const lists: Readonly<Record<Topic, string>> = {
  Allocation: '/v1/allocations',
  Job: '/v1/jobs',
  Deployment: '/v1/deployments',
  Node: '/v1/nodes',
  Evaluation: '/v1/evaluations',
  Service: '/v1/services',
  Variable: '/v1/vars',
};

/**
 * The index at which the first topic's objects last changed, by a list of at most one of them. A stream asked from there
 * replays next to nothing, where one asked from 0 replays all that the server holds, up to events of objects long gone.
 * All that is at or below it happened before now, so a caller who lists once the stream is open misses nothing. 0 where
 * it can't be known: then the replay is taken, and what it says of old is for the reader to see by the objects' indexes.
 */
export async function startIndex(
  send: (request: NomadRequest) => Promise<Outcome>,
  { namespace, topics }: StreamRequest,
): Promise<number> {
  const [topic = ''] = topics[0]?.split(':') ?? [];
  const path = Object.hasOwn(lists, topic) ? lists[topic as Topic] : undefined;
  if (path === undefined) return 0;
  const outcome = await send({
    method: 'GET',
    path,
    query: { per_page: '1' },
    ...(namespace === undefined ? {} : { namespace }),
    kind: 'stream_start',
  });
  return outcome.kind === 'ok' ? outcome.response.index : 0;
}
