/** Run records as they stand in the cluster, each version of one parsed once. */

import type { Cluster, VariableRecord } from '../../src/embedded/core/types.ts';
import { type ReadRecord, readRecord } from '../../src/lifecycle/record.ts';
import type { Run, RunStateName } from '../../src/lifecycle/run.ts';
import { home } from './scenario.ts';

export interface RunRecords {
  all(): readonly VariableRecord[];
  read(record: VariableRecord): ReadRecord;
  /** The run of this id as its record tells now. */
  run(id: string): { readonly state: RunStateName; readonly run: Run } | undefined;
}

const below = 'chaos/runs/';

export function idOf(record: VariableRecord): string {
  return record.Path.slice(below.length);
}

export function createRunRecords(cluster: Cluster): RunRecords {
  const parsed = new Map<string, { readonly index: number; readonly read: ReadRecord }>();
  const variables = () => cluster.tables.variables.get(home);
  const read = (record: VariableRecord): ReadRecord => {
    const known = parsed.get(record.Path);
    if (known?.index === record.ModifyIndex) return known.read;
    const fresh = readRecord(record.Items ?? {});
    parsed.set(record.Path, { index: record.ModifyIndex, read: fresh });
    return fresh;
  };
  return {
    all: () => [...(variables()?.values() ?? [])].filter(each => each.Path.startsWith(below)),
    read,
    run(id) {
      const record = variables()?.get(`${below}${id}`);
      const found = record === undefined ? undefined : read(record);
      return found?.kind === 'run' ? found.standing : undefined;
    },
  };
}
