/** `/v1/vars`, `/v1/var/PATH`: Variables and the locks on them. */

import type { VariableCapability } from '../acl.ts';
import { denied, Refusal } from '../failure.ts';
import { acquireLock, type LockAsk, releaseLock, renewLock, writeAsHolder } from '../locks.ts';
import {
  type Answer,
  type Call,
  fields,
  fieldsOrNone,
  flag,
  listing,
  page,
  param,
  type Route,
  reading,
  textOf,
} from '../route.ts';
import type { VariableRecord } from '../types.ts';
import { checkPath, checkSize, readItems } from '../variable-rules.ts';
import { currentVariable, removeVariable, type VariableWrite, variablesUnder, writeVariable } from '../variables.ts';

function needVariable(call: Call, namespace: string, path: string, capability: VariableCapability): void {
  if (!call.access.variable(namespace, path, capability)) throw new Refusal(403, 'Permission denied', { index: 0 });
}

const withoutItems = ({ Items: _, ...metadata }: VariableRecord) => metadata;

/** Only management sees who holds a lock. */
function shown<T extends { readonly Lock?: unknown }>(call: Call, variable: T): T {
  if (call.access.management || variable.Lock === undefined) return variable;
  const { Lock: _, ...rest } = variable;
  return rest as T;
}

const present = (variable: VariableRecord) => (variable.Items === null ? withoutItems(variable) : variable);

function list(call: Call): Answer {
  const prefix = call.query['prefix'] ?? '';
  const { namespace, access } = call;
  const found = variablesUnder(call.tables, namespace, prefix).filter(each =>
    access.variable(each.Namespace, each.Path, 'list'),
  );
  const paged = page(call, found, each => `${each.Namespace}.${each.Path}`);
  const items = paged.items.map(each => shown(call, withoutItems(each)));
  const concerns = (change: { namespace: string; key: string }) =>
    (namespace === '*' || change.namespace === namespace) && change.key.startsWith(prefix);
  return listing(call, 'variables', { ...paged, items }, namespace === '*' ? () => true : concerns);
}

function readOne(call: Call): Answer {
  const path = param(call, 'path');
  const { namespace, tables } = call;
  if (!call.access.variable(namespace, path, 'read')) throw denied();
  const variable = currentVariable({ tables }, namespace, path);
  if (variable === undefined) {
    return { ...reading('variables', tables.indexes.variables, 'variable not found'), status: 404 };
  }
  return reading(
    'variables',
    variable.ModifyIndex,
    shown(call, present(variable)),
    change => change.namespace === namespace && change.key === path,
  );
}

function casOf(call: Call): number | undefined {
  const text = call.query['cas'];
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw new Refusal(400, `can not parse cas: strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
}

const lockWords = ['lock-acquire', 'lock-renew', 'lock-release'] as const;

function lockOperation(call: Call): (typeof lockWords)[number] | undefined {
  const asked = lockWords.filter(word => flag(call, word));
  if (asked.length > 1) throw new Refusal(400, 'multiple lock operations');
  if (asked.length === 1 && call.query['cas'] !== undefined)
    throw new Refusal(400, "CAS can't be used with lock operations");
  return asked[0];
}

function askOf(call: Call): VariableWrite & { lock: LockAsk } {
  const body = fields(call);
  const namespace = textOf(body['Namespace']);
  return {
    namespace: namespace === '' ? call.namespace : namespace,
    path: param(call, 'path'),
    items: readItems(body['Items']),
    lock: (body['Lock'] ?? {}) as LockAsk,
  };
}

/** A refusal shows the present Variable only to who may read it. */
function hideConflict(call: Call, ask: VariableWrite, error: unknown): never {
  const isConflict = error instanceof Refusal && error.status === 409 && typeof error.body === 'object';
  if (!isConflict || call.access.variable(ask.namespace, ask.path, 'read')) throw error;
  const { Items: _, ...metadata } = error.body as VariableRecord;
  throw new Refusal(409, error.message, {
    body: shown(call, metadata),
    ...(error.index === undefined ? {} : { index: error.index }),
  });
}

function write(call: Call): Answer {
  const operation = lockOperation(call);
  const cas = casOf(call);
  const ask = askOf(call);
  const { cluster } = call;
  if (operation !== 'lock-renew') checkPath(ask.path);
  if (operation === undefined && Object.keys(ask.items).length === 0)
    throw new Refusal(400, 'variable missing required Items object');
  checkSize(ask.items);
  needVariable(call, ask.namespace, ask.path, 'write');
  if (operation === 'lock-renew') {
    return { body: withoutItems(renewLock(cluster, ask.namespace, ask.path, ask.lock.ID ?? '')) };
  }
  try {
    const written = perform(call, ask, operation, cas);
    const body = operation === 'lock-release' ? withoutItems(written.variable) : present(written.variable);
    return { body, index: written.index };
  } catch (error) {
    return hideConflict(call, ask, error);
  }
}

function perform(
  { cluster }: Call,
  ask: VariableWrite & { lock: LockAsk },
  operation: 'lock-acquire' | 'lock-release' | undefined,
  cas: number | undefined,
): { index: number; variable: VariableRecord } {
  if (operation === 'lock-acquire') return acquireLock(cluster, ask, ask.lock);
  if (operation === 'lock-release') return releaseLock(cluster, ask, ask.lock.ID ?? '');
  const before = currentVariable(cluster, ask.namespace, ask.path);
  if (before?.Lock !== undefined && before.Lock.ID === ask.lock.ID && cas === undefined)
    return writeAsHolder(cluster, ask, ask.lock, before);
  return writeVariable(cluster, ask, cas);
}

function remove(call: Call): Answer {
  const path = param(call, 'path');
  const body = fieldsOrNone(call);
  const namespace = textOf(body['Namespace']) === '' ? call.namespace : textOf(body['Namespace']);
  const cas = casOf(call);
  needVariable(call, namespace, path, 'destroy');
  try {
    return { status: 204, body: null, index: removeVariable(call.cluster, namespace, path, cas) };
  } catch (error) {
    return hideConflict(call, { namespace, path, items: {} }, error);
  }
}

export const variableRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/vars', run: list },
  { method: 'GET', path: '/v1/var/*path', run: readOne },
  { method: 'PUT', path: '/v1/var/*path', run: write },
  { method: 'DELETE', path: '/v1/var/*path', run: remove },
];
