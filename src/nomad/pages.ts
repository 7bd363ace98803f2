/** Lists in pages, for those too long for one answer within its time limit. */

import type { NomadRequest, NomadResponse, Outcome } from './types.ts';

type Send = (request: NomadRequest) => Promise<Outcome>;

/**
 * Asks for a list page by page and answers all items in one array, under the lowest index of the pages: what changed
 * between two pages has a higher one. The first page that fails is the outcome. Pages follow one order of keys that
 * don't change, so an object that comes or goes meanwhile is seen or not, and none is seen twice.
 */
export async function sendAll(send: Send, request: NomadRequest, perPage = 500): Promise<Outcome> {
  const items: unknown[] = [];
  let first: NomadResponse | undefined;
  let index = Number.POSITIVE_INFINITY;
  let token: string | undefined;
  while (true) {
    const query = {
      ...request.query,
      per_page: String(perPage),
      ...(token === undefined ? {} : { next_token: token }),
    };
    const outcome = await send({ ...request, query });
    if (outcome.kind !== 'ok') return outcome;
    const { body, nextToken } = outcome.response;
    // What isn't a list has no pages.
    if (!Array.isArray(body)) return outcome;
    first ??= outcome.response;
    index = Math.min(index, outcome.response.index);
    for (const item of body) items.push(item);
    if (nextToken === undefined) break;
    if (nextToken === token) {
      return { kind: 'refused', status: 200, reason: 'error', message: `the page at ${nextToken} came twice` };
    }
    token = nextToken;
  }
  const { nextToken: _, ...response } = first;
  return { kind: 'ok', response: { ...response, index, body: items } };
}
