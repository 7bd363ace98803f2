/** Requests and answers of the embedded cluster as HTTP messages. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NomadResponse } from '../nomad/types.ts';

/** Nomad's limit on a request's body is far above what an embedded cluster is asked. */
const largestBody = 16 * 1024 * 1024;

/** The whole body as text; fails when it is too large. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size > largestBody) reject(new Error('http: request body too large'));
      else parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}

export interface Parsed {
  readonly path: string;
  readonly params: URLSearchParams;
  readonly token: string;
}

/** Path, query and token of a request. */
export function parseRequest(request: IncomingMessage): Parsed {
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const header = request.headers['x-nomad-token'];
  const token = (typeof header === 'string' && header !== '' ? header : bearer) ?? '';
  return { path, params: new URLSearchParams(search), token };
}

/** What the API knows. */
export const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST', 'DELETE']);

/** Sends an answer: JSON, or plain text for an error. */
export function sendAnswer(response: ServerResponse, answer: NomadResponse, pretty: boolean): void {
  const { status, body, index, nextToken, knownLeader } = answer;
  if (index > 0 || knownLeader !== undefined) response.setHeader('X-Nomad-Index', String(index));
  if (knownLeader !== undefined) {
    response.setHeader('X-Nomad-Knownleader', String(knownLeader));
    response.setHeader('X-Nomad-Lastcontact', '0');
  }
  if (nextToken !== undefined) response.setHeader('X-Nomad-Nexttoken', nextToken);
  if (status === 204 || (body === null && status < 300 && knownLeader === undefined)) {
    response.writeHead(status).end();
    return;
  }
  const isText = typeof body === 'string' && status >= 400;
  const text = isText ? body : JSON.stringify(body, null, pretty ? 4 : undefined);
  response.writeHead(status, {
    'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
