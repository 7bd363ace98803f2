/** What a plan shows of the difference between two versions: which groups, and in which fields. */

import { stableJson } from '../../base/json.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';

type Kind = 'None' | 'Added' | 'Deleted' | 'Edited';

interface FieldDiff {
  readonly Type: Kind;
  readonly Name: string;
  readonly Old: string;
  readonly New: string;
  readonly Annotations: null;
}

type Fields = Readonly<Record<string, unknown>>;

const shown = (value: unknown) =>
  value === undefined || value === null ? '' : typeof value === 'object' ? stableJson(value) : String(value);

function fieldDiffs(before: Fields | undefined, after: Fields | undefined, names: readonly string[]): FieldDiff[] {
  return names.flatMap(Name => {
    const [Old, New] = [shown(before?.[Name]), shown(after?.[Name])];
    if (Old === New) return [];
    return [{ Type: kindOf(Old !== '', New !== '', true), Name, Old, New, Annotations: null }];
  });
}

function kindOf(was: boolean, is: boolean, changed: boolean): Kind {
  if (was && is) return changed ? 'Edited' : 'None';
  return is ? 'Added' : was ? 'Deleted' : 'None';
}

/** Fields that are compared one by one; the others make one comparison of all tasks. */
const jobFields = ['Type', 'Priority', 'NodePool', 'Datacenters', 'Constraints', 'Meta'];
const groupFields = [
  'Count',
  'Constraints',
  'Meta',
  'Networks',
  'Services',
  'RestartPolicy',
  'ReschedulePolicy',
  'Update',
  'Scaling',
];

function taskDiffs(before: GroupSpec | undefined, after: GroupSpec | undefined): unknown[] {
  const names = new Set([...(before?.Tasks ?? []), ...(after?.Tasks ?? [])].map(task => task.Name));
  return [...names].map(Name => {
    const [old, now] = [before, after].map(group => group?.Tasks.find(task => task.Name === Name));
    const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})].filter(key => key !== 'Name'));
    const Fields = fieldDiffs(old, now, [...keys].sort());
    return {
      Type: kindOf(old !== undefined, now !== undefined, Fields.length > 0),
      Name,
      Fields,
      Objects: null,
      Annotations: null,
    };
  });
}

/** In the form of a plan's `Diff`. `updates`: how many allocations of each group are placed, stopped and so on. */
export function diffJobs(
  before: JobSpec | undefined,
  after: JobSpec,
  updates: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Readonly<Record<string, unknown>> {
  const names = new Set([...(before?.TaskGroups ?? []), ...after.TaskGroups].map(group => group.Name));
  const words: Readonly<Record<string, string>> = {
    Place: 'create',
    Stop: 'destroy',
    Migrate: 'migrate',
    InPlaceUpdate: 'in-place update',
    DestructiveUpdate: 'create/destroy update',
    Ignore: 'ignore',
  };
  const groups = [...names].map(Name => {
    const [old, now] = [before, after].map(job => job?.TaskGroups.find(group => group.Name === Name));
    const Fields = fieldDiffs(old, now, groupFields);
    const Tasks = taskDiffs(old, now);
    const changed = Fields.length > 0 || Tasks.some(task => (task as { Type: Kind }).Type !== 'None');
    const counted = Object.entries(updates[Name] ?? {}).filter(([key, count]) => count > 0 && words[key] !== undefined);
    const Updates = Object.fromEntries(counted.map(([key, count]) => [words[key] ?? key, count]));
    return { Type: kindOf(old !== undefined, now !== undefined, changed), Name, Fields, Objects: null, Tasks, Updates };
  });
  const Fields = fieldDiffs(before, after, jobFields);
  const changed = Fields.length > 0 || groups.some(group => group.Type !== 'None');
  return { Type: kindOf(before !== undefined, true, changed), ID: after.ID, Fields, Objects: null, TaskGroups: groups };
}
