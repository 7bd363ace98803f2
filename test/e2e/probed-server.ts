/** What is probed: a real server of a test, which answers as the test says and remembers what it was asked. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface ProbedServer {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly asked: readonly Asked[];
  /** Of every answer; may be changed at any time. */
  readonly answer: {
    status: number;
    delayMs: number;
    /** The number that a Prometheus query gives. */
    value: number;
    /** Only questions with this header `x-token` get the status; others 401. */
    token: string | undefined;
    /** Whether an answer repeats all that was asked. */
    repeats: boolean;
  };
  close(): void;
}

/** Starts one on loopback. */
export async function startProbedServer(): Promise<ProbedServer> {
  const asked: Asked[] = [];
  const answer: ProbedServer['answer'] = { status: 200, delayMs: 0, value: 0.995, token: undefined, repeats: false };
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url: path = '', headers } = request;
    const question = { path, headers, body: Buffer.concat(chunks).toString('utf8') };
    asked.push(question);
    await pause(answer.delayMs);
    const isRefused = answer.token !== undefined && headers['x-token'] !== answer.token;
    response.statusCode = isRefused ? 401 : answer.status;
    response.end(JSON.stringify(bodyOf(answer, question)));
  };
  const server = createServer((request, response) => {
    // Whoever asked may be gone before it was answered.
    reply(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, asked, answer, close: () => server.close() };
}

function bodyOf({ value, repeats }: ProbedServer['answer'], question: Asked): object {
  if (question.path.startsWith('/broken/')) return { status: 'error', error: `not for ${JSON.stringify(question)}` };
  if (question.path.includes('/api/v1/query'))
    return { status: 'success', data: { resultType: 'scalar', result: [0, String(value)] } };
  return { state: 'up', ...(repeats ? { question, of: question.headers['x-token'] } : {}) };
}
