/** A Nomad in memory for tests of commands: Variables with locks and compare-and-set, and whatever answers a test adds. */

import type { Connection } from '../daemon/types.ts';
import { outcomeOf } from '../nomad/outcome.ts';
import type { NomadRequest, NomadResponse, Variable } from '../nomad/types.ts';

type Items = Readonly<Record<string, string>>;

export interface FakeNomad extends Connection {
  /** May be replaced by a test. */
  send: Connection['send'];
  openStream: Connection['openStream'];
  /** The index of a change that a test makes. */
  nextIndex(): number;
  /** Every request, in order, as `PUT /v1/var/a?cas=0`. */
  readonly asked: string[];
  /** By namespace and path. */
  readonly variables: Map<string, Variable>;
  put(namespace: string, path: string, items: Items): Variable;
  items(namespace: string, path: string): Items | undefined;
  /** Answers of paths that are no Variables: a body, or a status with words. A path with its method goes first. */
  readonly answers: Map<string, unknown>;
  /** Requests that are denied: their `namespace path`, or any other path, or method and path, begins with one of these. */
  readonly denied: string[];
  /** Called before each request, to change things behind the command's back. */
  before: (request: NomadRequest) => void;
}

export class Status {
  readonly status: number;
  readonly words: string;

  constructor(status: number, words: string) {
    this.status = status;
    this.words = words;
  }
}

const startTime = Date.UTC(2026, 10, 24, 9) * 1e6;

export function fakeNomad(namespaces: readonly string[] = ['default', 'sirocco']): FakeNomad {
  let index = 10;
  const locks = new Map<string, string>();
  const waiting: (() => void)[] = [];
  const nomad: FakeNomad = {
    asked: [],
    variables: new Map(),
    answers: new Map<string, unknown>([
      ['/v1/namespaces', namespaces.map(Name => ({ Name }))],
      ['/v1/status/leader', '127.0.0.1:4647'],
      ['/v1/regions', ['global']],
      ...namespaces.map(Name => [`/v1/namespace/${Name}`, { Name }] as const),
    ]),
    denied: [],
    before: () => {},
    nextIndex: () => ++index,
    put(namespace, path, items) {
      index += 1;
      const old = nomad.variables.get(`${namespace} ${path}`);
      const variable = {
        Namespace: namespace,
        Path: path,
        Items: items,
        CreateIndex: old?.CreateIndex ?? index,
        ModifyIndex: index,
        CreateTime: startTime,
        ModifyTime: startTime + index * 1e9,
      };
      nomad.variables.set(`${namespace} ${path}`, variable);
      return variable;
    },
    items: (namespace, path) => nomad.variables.get(`${namespace} ${path}`)?.Items ?? undefined,
    send: async request => {
      nomad.before(request);
      const query = new URLSearchParams(request.query).toString();
      nomad.asked.push(`${request.method} ${request.path}${query === '' ? '' : `?${query}`}`);
      // Nothing that a blocking query waits for happens here: it ends with the connection.
      if (request.query?.['index'] !== undefined) await new Promise<void>(resolve => waiting.push(resolve));
      return outcomeOf(request, answer(request));
    },
    openStream: (_, onSignal) => {
      onSignal({ kind: 'open' });
      return { close: () => {} };
    },
    close: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };

  const isDenied = (what: string) => nomad.denied.some(each => what.startsWith(each));
  const said = (status: number, body: unknown): NomadResponse => ({ status, index, body });
  const deny = () => said(403, 'Permission denied');

  function answer(request: NomadRequest): NomadResponse {
    const { path, namespace = 'default', query = {} } = request;
    if (path === '/v1/vars') return list(namespace, query['prefix'] ?? '');
    if (path.startsWith('/v1/var/')) return variable(request, namespace, path.slice('/v1/var/'.length));
    const withMethod = `${request.method} ${path}`;
    if (isDenied(path) || isDenied(withMethod)) return deny();
    const found = nomad.answers.get(withMethod) ?? nomad.answers.get(path);
    if (found instanceof Status) return said(found.status, found.words);
    return found === undefined ? said(404, `${path} not found`) : said(200, found);
  }

  function list(namespace: string, prefix: string): NomadResponse {
    if (isDenied(`${namespace} ${prefix}`)) return said(200, []);
    const found = [...nomad.variables.values()].filter(
      each => each.Namespace === namespace && each.Path.startsWith(prefix),
    );
    return said(
      200,
      found.map(({ Items: _, ...metadata }) => metadata).sort((a, b) => (a.Path < b.Path ? -1 : 1)),
    );
  }

  function variable(request: NomadRequest, namespace: string, path: string): NomadResponse {
    const key = `${namespace} ${path}`;
    if (isDenied(key)) return deny();
    const found = nomad.variables.get(key);
    if (request.method === 'GET') return found === undefined ? said(404, 'variable not found') : said(200, found);
    const { query = {} } = request;
    const body = request.body as { readonly Items?: Items; readonly Lock?: { readonly ID?: string } } | undefined;
    const held = locks.get(key);
    if ('lock-acquire' in query) {
      if (held !== undefined) return said(409, { ...found, ModifyIndex: 0 });
      locks.set(key, `lock-${index}`);
      return said(200, { ...nomad.put(namespace, path, body?.Items ?? {}), Lock: { ID: locks.get(key) } });
    }
    if ('lock-renew' in query) {
      if (found === undefined) return said(404, "variable doesn't exist");
      if (held === undefined) return said(409, "variable doesn't hold a lock");
      return held === body?.Lock?.ID ? said(200, found) : said(409, 'attempting to modify locked variable');
    }
    if ('lock-release' in query) {
      if (held !== body?.Lock?.ID) return said(409, {});
      locks.delete(key);
      return said(200, {});
    }
    if (held !== undefined) return said(409, { ModifyIndex: 0 });
    const cas = query['cas'];
    if (cas !== undefined && Number(cas) !== (found?.ModifyIndex ?? 0)) return said(409, found ?? { ModifyIndex: 0 });
    if (request.method === 'DELETE') {
      nomad.variables.delete(key);
      return said(204, '');
    }
    return said(200, nomad.put(namespace, path, body?.Items ?? {}));
  }

  return nomad;
}
