/** What a route is, and what routes share: the call they get, the answer they give, reading lists. */

import type { NomadRequest } from '../../nomad/types.ts';
import type { Access } from './acl.ts';
import { denied, Refusal } from './failure.ts';
import { parseFilter } from './filter.ts';
import type { LogRequest } from './log-request.ts';
import type { Change, Cluster, TableName, Tables } from './types.ts';

export interface Call {
  readonly cluster: Cluster;
  /** What reads see: the present, or the past where a server misbehaves. */
  readonly tables: Tables;
  readonly method: NomadRequest['method'];
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly access: Access;
  readonly body: unknown;
}

/** Which changes wake a waiting read. */
export interface Watch {
  readonly table: TableName;
  readonly concerns?: (change: Change) => boolean;
}

export interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly index?: number;
  readonly nextToken?: string;
  /** Of reads that can wait for a change. */
  readonly watch?: Watch;
  /** Text of a task's log, which only the shell can read. */
  readonly logs?: LogRequest;
}

export interface Route {
  readonly method: NomadRequest['method'];
  /** Segments; `:name` takes one, `*name` the rest. */
  readonly path: string;
  /** Answered to everyone, also with a token that doesn't exist. */
  readonly open?: boolean;
  run(call: Call): Answer;
}

type Fields = Readonly<Record<string, unknown>>;

/** The body as an object of fields; status 400 where there is none. */
export function fields(call: Call): Fields {
  const { body } = call;
  if (body === undefined || body === null || body === '') throw new Refusal(400, 'Request body is empty');
  if (typeof body !== 'object' || Array.isArray(body))
    throw new Refusal(400, `json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value`);
  return body as Fields;
}

export function fieldsOrNone(call: Call): Fields {
  return typeof call.body === 'object' && call.body !== null && !Array.isArray(call.body) ? (call.body as Fields) : {};
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A yes or no of the query: present without a value means yes. */
export function flag(call: Call, name: string): boolean {
  const value = call.query[name];
  return value !== undefined && value !== 'false' && value !== '0';
}

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** Refuses with 403, unless the capability is granted in the namespace. */
export function need(call: Call, capability: string, namespace = call.namespace): void {
  if (!call.access.allows(namespace, capability)) throw denied();
}

export function needNode(call: Call, what: 'read' | 'write'): void {
  if (!call.access.node(what)) throw denied();
}

/** The namespaces that a list is to show; 403 where none is granted. */
export function namespacesOf(call: Call, capability: string): (namespace: string) => boolean {
  if (call.namespace !== '*') {
    need(call, capability);
    return namespace => namespace === call.namespace;
  }
  const granted = new Set([...call.tables.namespaces.keys()].filter(name => call.access.allows(name, capability)));
  if (granted.size === 0) throw denied();
  return namespace => granted.has(namespace);
}

/** Filters and pages items that are in the order of their keys. */
export function page<T>(
  call: Call,
  items: readonly T[],
  keyOf: (item: T) => string,
): { items: readonly T[]; nextToken?: string } {
  const expression = call.query['filter'];
  const filter = expression === undefined || expression === '' ? undefined : parseFilter(expression);
  const ordered = flag(call, 'reverse') ? [...items].reverse() : items;
  const from = call.query['next_token'];
  const matching = filter === undefined ? ordered : ordered.filter(filter);
  const start =
    from === undefined || from === ''
      ? 0
      : Math.max(
          0,
          matching.findIndex(item => keyOf(item) >= from),
        );
  const size = Number(call.query['per_page'] ?? 0);
  if (!(size > 0)) return { items: start === 0 ? matching : matching.slice(start) };
  const next = matching[start + size];
  const shown = matching.slice(start, start + size);
  return next === undefined ? { items: shown } : { items: shown, nextToken: keyOf(next) };
}

/** A read of one object or list, that can wait for a change. */
export function reading(
  table: TableName,
  index: number,
  body: unknown,
  concerns?: (change: Change) => boolean,
): Answer {
  return { body, index: Math.max(index, 1), watch: concerns === undefined ? { table } : { table, concerns } };
}

/** The same for a list: one that shows nothing is woken by every change of its table. */
export function listing(
  call: Call,
  table: TableName,
  shown: { items: readonly unknown[]; nextToken?: string },
  concerns: (change: Change) => boolean,
): Answer {
  const answer = reading(
    table,
    call.tables.indexes[table],
    shown.items,
    shown.items.length === 0 ? undefined : concerns,
  );
  return shown.nextToken === undefined ? answer : { ...answer, nextToken: shown.nextToken };
}

/** The query's prefix of ids. Nomad's index takes only an even number of digits. */
export function idPrefix(call: Call, what: string): string {
  const prefix = call.query['prefix'] ?? '';
  if (prefix.replaceAll('-', '').length % 2 === 1) {
    throw new Refusal(500, `${what} lookup failed: index error: Input (without hyphens) must be even length`);
  }
  return prefix;
}

/** A whole id of the path, or status 500 as Nomad's index answers. */
export function wholeId(call: Call, what: string): string {
  const id = param(call, 'id');
  if (id.length !== 36) throw new Refusal(500, `${what} lookup failed: index error: UUID must be 36 characters`);
  return id;
}

export const byId = (a: { readonly ID: string }, b: { readonly ID: string }): number => (a.ID < b.ID ? -1 : 1);
