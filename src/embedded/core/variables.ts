/** Variables: written plainly or by compare-and-set, and deleted. */

import { Refusal } from './failure.ts';
import { deleteVariable, putVariable } from './records.ts';
import type { Cluster, Tables, VariableRecord } from './types.ts';
import { commit } from './write.ts';

export interface VariableWrite {
  readonly namespace: string;
  readonly path: string;
  readonly items: Readonly<Record<string, string>>;
}

export function currentVariable(
  cluster: Pick<Cluster, 'tables'>,
  namespace: string,
  path: string,
): VariableRecord | undefined {
  return cluster.tables.variables.get(namespace)?.get(path);
}

/** Variables under a prefix, by path; `*` takes all namespaces, in their order. */
export function variablesUnder(tables: Tables, namespace: string, prefix: string): VariableRecord[] {
  const namespaces = namespace === '*' ? [...tables.variables.keys()].sort() : [namespace];
  return namespaces.flatMap(name => {
    const found: VariableRecord[] = [];
    for (const [path, variable] of tables.variables.get(name) ?? []) if (path.startsWith(prefix)) found.push(variable);
    return found.sort((a, b) => (a.Path < b.Path ? -1 : 1));
  });
}

/** A refused write or delete of a locked Variable: nothing of it is told. */
export function blankConflict(namespace: string, path: string, index: number | undefined): Refusal {
  const body = { Namespace: namespace, Path: path, CreateIndex: 0, ModifyIndex: 0, CreateTime: 0, ModifyTime: 0 };
  return new Refusal(409, 'locked', index === undefined ? { body } : { body, index });
}

/** Refuses, unless the Variable has no lock or this one. */
export function checkFree(cluster: Cluster, variable: VariableRecord | undefined, lockId: string | undefined): void {
  if (variable?.Lock === undefined || variable.Lock.ID === lockId) return;
  cluster.tables.index += 1;
  throw blankConflict(variable.Namespace, variable.Path, 0);
}

/** Refuses with the present Variable, unless its index is `cas`; 0 stands for a Variable that doesn't exist. */
function checkIndex(
  cluster: Cluster,
  where: { namespace: string; path: string },
  variable: VariableRecord | undefined,
  cas: number,
): void {
  if ((variable?.ModifyIndex ?? 0) === cas) return;
  cluster.tables.index += 1;
  if (variable === undefined) throw blankConflict(where.namespace, where.path, 0);
  throw new Refusal(409, 'conflict', { body: variable, index: variable.ModifyIndex });
}

/** Writes a Variable that nobody else has locked. Answers its record. */
export function writeVariable(
  cluster: Cluster,
  ask: VariableWrite,
  cas: number | undefined,
): { index: number; variable: VariableRecord } {
  const before = currentVariable(cluster, ask.namespace, ask.path);
  if (cas !== undefined) checkIndex(cluster, ask, before, cas);
  checkFree(cluster, before, undefined);
  let variable: VariableRecord | undefined;
  const index = commit(cluster, 'VariableUpdated', write => {
    variable = {
      Namespace: ask.namespace,
      Path: ask.path,
      Items: ask.items,
      CreateIndex: before?.CreateIndex ?? write.index,
      CreateTime: before?.CreateTime ?? write.time,
      ModifyIndex: write.index,
      ModifyTime: write.time,
    };
    putVariable(write, variable);
  });
  if (variable === undefined) throw new Error('a commit runs its change at once');
  return { index, variable };
}

/** Deletes a Variable; one that isn't there is no error. */
export function removeVariable(cluster: Cluster, namespace: string, path: string, cas: number | undefined): number {
  const before = currentVariable(cluster, namespace, path);
  if (cas !== undefined) checkIndex(cluster, { namespace, path }, before, cas);
  checkFree(cluster, before, undefined);
  return commit(cluster, 'VariableUpdated', write => {
    if (before !== undefined) deleteVariable(write, before);
  });
}
