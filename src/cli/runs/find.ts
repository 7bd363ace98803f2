/** A run by its id. */

import { SiroccoError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Cli } from '../cli.ts';
import { readRun, readRuns, type StoredRun } from './records.ts';

/** The record of a run. A SiroccoError (SIR-303), with the nearest id, where there is none. */
export async function findRun(cli: Cli, id: string): Promise<StoredRun> {
  const found = await readRun(cli.nomad(), cli.settings(), id);
  if (found !== undefined) return found;
  const ids = (await readRuns(cli.nomad(), cli.settings())).map(each => each.id);
  const near = ids.find(each => each.startsWith(id)) ?? nearest(id, ids);
  throw new SiroccoError({
    code: 'SIR-303',
    message: `no run ${id} is on record`,
    key: 'id',
    found: id,
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}
