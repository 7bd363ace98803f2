/** Run records as they lie in Nomad, each read as far as this release can. */

import { type ReadRecord, readRecord } from '../../lifecycle/record.ts';
import { isSettled, owesUndo, type Run } from '../../lifecycle/run.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { Variable } from '../../nomad/types.ts';
import { unpack } from '../../runs/pack.ts';
import type { Settings } from '../settings.ts';
import { readAll } from '../variables.ts';

export interface StoredRun {
  readonly id: string;
  /** Unpacked where that was possible. */
  readonly items: Readonly<Record<string, string>>;
  readonly record: ReadRecord;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** The path of a run's record. */
function recordPath(prefix: string, id: string): string {
  return `${prefix}/runs/${id}`;
}

/** All records of home, the newest first. */
export async function readRuns(nomad: NomadClient, { home, prefix }: Settings): Promise<readonly StoredRun[]> {
  const all = await readAll(nomad, home, recordPath(prefix, ''));
  return all.map(variable => storedRun(variable, prefix)).sort((a, b) => startOf(b) - startOf(a));
}

/** One record; undefined when there is none. */
export async function readRun(
  nomad: NomadClient,
  { home, prefix }: Settings,
  id: string,
): Promise<StoredRun | undefined> {
  const variable = await nomad.readVariable(home, recordPath(prefix, id));
  return variable === undefined ? undefined : storedRun(variable, prefix);
}

/** A Variable as a run. Never throws: what can't be read is told in the record. */
function storedRun(variable: Variable, prefix: string): StoredRun {
  const id = variable.Path.slice(recordPath(prefix, '').length);
  const packed = variable.Items ?? {};
  const modifiedAt = Math.floor(variable.ModifyTime / 1e6);
  try {
    const items = unpack(packed);
    return { id, items, record: readRecord(items), modifiedAt };
  } catch (error) {
    const record = readRecord(packed);
    const why = error instanceof Error ? error.message : String(error);
    return { id, items: packed, record: record.kind === 'undo-only' ? { ...record, why } : record, modifiedAt };
  }
}

function startOf({ record, modifiedAt }: StoredRun): number {
  return record.kind === 'run' ? record.standing.run.claimedAt : modifiedAt;
}

/** Whether anything may still have to be done about it. */
export function isOpen({ record }: StoredRun): boolean {
  return record.kind === 'run' ? record.standing.state !== 'done' : record.state !== 'done';
}

/** Undo lines that nobody confirmed; of a record that can't be read, those that don't say so. */
export function owed({ record }: StoredRun): number {
  if (record.kind === 'run') return record.standing.run.intents.filter(owesUndo).length;
  return record.lines.filter(line => !isSettled(line.state)).length;
}

/** The run, where it can be read. */
export function runOf({ record }: StoredRun): Run | undefined {
  return record.kind === 'run' ? record.standing.run : undefined;
}
