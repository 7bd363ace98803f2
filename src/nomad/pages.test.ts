import { describe, expect, it } from 'vitest';
import { sendAll } from './pages.ts';
import type { NomadRequest, NomadResponse, Outcome } from './types.ts';

const request: NomadRequest = { method: 'GET', path: '/v1/vars', query: { prefix: 'chaos/' }, kind: 'variable_list' };

function pages(...responses: readonly (Partial<NomadResponse> | Outcome)[]) {
  const asked: (Readonly<Record<string, string>> | undefined)[] = [];
  const send = async (one: NomadRequest): Promise<Outcome> => {
    const response = responses[asked.length] ?? { body: [] };
    asked.push(one.query);
    return 'kind' in response ? response : { kind: 'ok', response: { status: 200, index: 5, body: [], ...response } };
  };
  return { send, asked };
}

describe('sendAll', () => {
  it('merges pages under the lowest index', async () => {
    const { send, asked } = pages(
      { body: [1, 2], nextToken: 'b', index: 7 },
      { body: [3], nextToken: 'c', index: 6 },
      { body: [], index: 8 },
    );
    expect(await sendAll(send, request, 2)).toEqual({
      kind: 'ok',
      response: { status: 200, index: 6, body: [1, 2, 3] },
    });
    expect(asked).toEqual([
      { prefix: 'chaos/', per_page: '2' },
      { prefix: 'chaos/', per_page: '2', next_token: 'b' },
      { prefix: 'chaos/', per_page: '2', next_token: 'c' },
    ]);
  });

  it('ends with the first page that fails', async () => {
    const failed: Outcome = { kind: 'refused', status: 403, message: 'Permission denied', reason: 'denied' };
    const { send, asked } = pages({ body: [1], nextToken: 'b' }, failed);
    expect(await sendAll(send, request)).toBe(failed);
    expect(asked).toHaveLength(2);
  });

  it('hands on what is no list', async () => {
    const { send } = pages({ body: 'welcome' });
    expect(await sendAll(send, request)).toMatchObject({ kind: 'ok', response: { body: 'welcome' } });
  });

  it('does not turn in circles', async () => {
    const { send } = pages({ body: [1], nextToken: 'b' }, { body: [2], nextToken: 'b' });
    expect(await sendAll(send, request)).toMatchObject({ kind: 'refused', message: 'the page at b came twice' });
  });
});
