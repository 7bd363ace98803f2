/** A promise of its own: what chance says of a tick is the same to every leader. */

import type { VariableRecord } from '../../src/embedded/core/types.ts';
import type { FaultCatalog } from '../../src/faults/fault.ts';
import type { Run } from '../../src/lifecycle/run.ts';
import { isSkipped, jitterOf } from '../../src/schedule/draw.ts';
import { seriesOf } from '../../src/schedule/series.ts';
import { parseSpec } from '../../src/spec/flat.ts';

/** What is wrong with the claim of a run, when its schedule is still the one that it was claimed for. */
export function claimProblem(
  run: Run,
  variable: VariableRecord | undefined,
  catalog: FaultCatalog,
): string | undefined {
  const parsed = variable === undefined ? undefined : parseSpec(run.schedule, variable.Items ?? {}, catalog);
  if (variable === undefined || parsed?.ok !== true || parsed.spec.hash !== run.specHash) return undefined;
  const { schedule } = parsed.spec;
  if (schedule.when.kind === 'on') return undefined;
  const series = seriesOf(schedule.when, Math.floor(variable.ModifyTime / 1e6));
  if (series.upTo(run.tick) !== run.tick) return undefined; // written anew with the same words
  const id = () => run.id;
  if (isSkipped(schedule, run.tick, id)) return `${run.id} was claimed though chance leaves its tick out`;
  const due = run.tick + jitterOf(schedule, series, run.tick, id);
  if (run.claimedAt < due) return `${run.id} was claimed ${due - run.claimedAt} ms before it was due`;
  const deadline = due + schedule.startDeadlineMs;
  if (run.startDeadline !== deadline) return `${run.id} has the start deadline ${run.startDeadline}, not ${deadline}`;
  return run.claimedAt > deadline ? `${run.id} was claimed past its start deadline` : undefined;
}
