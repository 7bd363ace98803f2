/** Views of what is only ever read whole: versions and services of a job, and the configuration of the region's scheduler. */

import { byId } from './by-id.ts';
import type { Intern } from './interner.ts';
import { msOf } from './task-view.ts';
import type { RegionView, ServiceView, VersionView } from './types.ts';
import { amount, fields, text } from './untrusted.ts';

/** The versions of a job, newest first. */
export function versionViews(list: readonly unknown[]): readonly VersionView[] {
  const found = list.flatMap((each): readonly VersionView[] => {
    const from = fields(each);
    const version = amount(from?.['Version']);
    const tag = text(fields(from?.['VersionTag'])?.['Name']);
    if (version === undefined) return [];
    const submitTime = msOf(from?.['SubmitTime']);
    return [
      {
        version,
        stop: from?.['Stop'] === true,
        ...(tag === undefined ? {} : { tag }),
        ...(submitTime === undefined ? {} : { submitTime }),
      },
    ];
  });
  return found.sort((a, b) => b.version - a.version);
}

/** Registrations of a job's services in Nomad's own catalogue, in order of id. */
export function serviceViews(
  list: readonly unknown[],
  of: { readonly namespace: string; readonly job: string },
  intern: Intern,
): readonly ServiceView[] {
  const found = list.flatMap((each): readonly ServiceView[] => {
    const from = fields(each);
    const id = text(from?.['ID']);
    const name = text(from?.['ServiceName']);
    const alloc = text(from?.['AllocID']);
    const modifyIndex = amount(from?.['ModifyIndex']);
    if (id === undefined || name === undefined || alloc === undefined || modifyIndex === undefined) return [];
    return [
      {
        id,
        name: intern(name),
        ...of,
        alloc,
        node: intern(text(from?.['NodeID']) ?? ''),
        createIndex: amount(from?.['CreateIndex']) ?? 0,
        modifyIndex,
      },
    ];
  });
  return found.sort(byId);
}

/** The scheduler's configuration, as a read gives it; undefined where it can't be that. */
export function regionView(name: string, value: unknown, index: number): RegionView | undefined {
  const configuration = fields(fields(value)?.['SchedulerConfig']);
  if (configuration === undefined) return undefined;
  return {
    name,
    paused: configuration['PauseEvalBroker'] === true,
    configuration,
    modifyIndex: amount(configuration['ModifyIndex']) ?? index,
  };
}
