/** Schedules with the controller's answers beside them. */

import type { NomadClient } from '../../nomad/client.ts';
import type { Variable } from '../../nomad/types.ts';
import type { Settings } from '../settings.ts';
import { readAll } from '../variables.ts';

export interface ScheduleStatus {
  readonly namespace: string;
  readonly name: string;
  /** What the controller answered last; empty: nothing yet. */
  readonly items: Readonly<Record<string, string>>;
  /** ModifyIndex of the spec; absent: it was deleted, and its answer is left. */
  readonly specIndex?: number;
  /** The spec was written after the answer. */
  readonly stale: boolean;
}

/** Every schedule of a namespace, and every answer whose schedule is gone, in order of name. */
export async function readSchedules(
  nomad: NomadClient,
  { prefix }: Settings,
  namespace: string,
): Promise<readonly ScheduleStatus[]> {
  const statusPrefix = `${prefix}/status/`;
  const schedulePrefix = `${prefix}/schedule/`;
  const answers = new Map<string, Variable>();
  for (const each of await readAll(nomad, namespace, statusPrefix)) {
    const name = each.Path.slice(statusPrefix.length);
    // Answers to requests have a folder of their own.
    if (!name.includes('/')) answers.set(name, each);
  }
  const specs = new Map<string, number>();
  for (const { Path, ModifyIndex } of await nomad.listVariables(namespace, schedulePrefix)) {
    const name = Path.slice(schedulePrefix.length);
    if (name !== '_') specs.set(name, ModifyIndex);
  }
  const names = [...new Set([...answers.keys(), ...specs.keys()])].sort();
  return names.map(name => statusOf(namespace, name, answers.get(name)?.Items ?? {}, specs.get(name)));
}

/** One schedule; undefined when there is neither spec nor answer. */
export async function readSchedule(
  nomad: NomadClient,
  { prefix }: Settings,
  namespace: string,
  name: string,
): Promise<ScheduleStatus | undefined> {
  const answer = await nomad.readVariable(namespace, `${prefix}/status/${name}`);
  const metas = await nomad.listVariables(namespace, `${prefix}/schedule/${name}`);
  const spec = metas.find(each => each.Path === `${prefix}/schedule/${name}`);
  if (answer === undefined && spec === undefined) return undefined;
  return statusOf(namespace, name, answer?.Items ?? {}, spec?.ModifyIndex);
}

function statusOf(
  namespace: string,
  name: string,
  items: Readonly<Record<string, string>>,
  specIndex: number | undefined,
): ScheduleStatus {
  const stale = specIndex !== undefined && Number(items['observed_index'] ?? 0) < specIndex;
  return { namespace, name, items, stale, ...(specIndex === undefined ? {} : { specIndex }) };
}

/** What a row of a table says of its state. */
export function stateWords({ items, specIndex, stale }: ScheduleStatus): string {
  const state = items['state'];
  if (state === undefined) return 'unanswered';
  if (specIndex === undefined) return `${state}, deleted`;
  if (stale) return `${state}, changed since`;
  return items['reason'] === 'waiting_for_approval' ? `${state}, waits for an approval` : state;
}

/** What helps a schedule that looks wrong; undefined when all is well. */
export function advice({ items, specIndex, stale }: ScheduleStatus): string | undefined {
  if (specIndex === undefined) return 'its schedule was deleted; this is the last answer to it';
  if (items['state'] === undefined) return 'no controller has answered it yet: sirocco doctor shows why';
  if (stale) return 'it was changed after this answer: no controller has looked since';
  if (items['reason'] === 'waiting_for_approval') return `sirocco approve ${items['run'] ?? 'RUN'} lets it go on`;
  return undefined;
}
