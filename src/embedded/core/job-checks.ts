/** What a submitted job must fulfil, in Nomad's own words where it has them. */

import { nearest } from '../../base/nearest.ts';
import { formatDuration } from './durations.ts';
import type { GroupSpec, JobSpec, TaskSpec } from './job-types.ts';
import { parameterProblems } from './parameters.ts';

/** Drivers that an embedded cluster has. `mock` is a short name of `mock_driver`, `exec` runs like `raw_exec`. */
const drivers = ['raw_exec', 'exec', 'mock_driver', 'mock'] as const;

function taskProblems(group: GroupSpec, task: TaskSpec): string[] {
  const where = `Task group ${group.Name} task ${task.Name}`;
  const problems: string[] = [];
  if (task.Name === '') problems.push(`Task group ${group.Name}: Missing task name`);
  if (task.Driver === '') problems.push(`${where}: Missing task driver`);
  else if (!(drivers as readonly string[]).includes(task.Driver)) {
    const near = nearest(task.Driver, drivers);
    problems.push(
      `${where}: driver "${task.Driver}" is not one of the embedded cluster (${drivers.join(', ')})${near === undefined ? '' : `: did you mean "${near}"?`}`,
    );
  }
  if ((task.Driver === 'raw_exec' || task.Driver === 'exec') && typeof task.Config?.['command'] !== 'string') {
    problems.push(`${where}: config.command must be a text, found ${typeof task.Config?.['command']}`);
  }
  return problems;
}

/** Whether a path below a task's local folder leaves the allocation's: two folders up are still in it. */
function escapes(path: string): boolean {
  let depth = 2;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** What is wrong with the part that a task plays in its group, nested as deep as in Nomad's own answer. */
function roleProblems(group: GroupSpec): string[] {
  const problems: string[] = [];
  for (const { Name, Lifecycle, DispatchPayload } of group.Tasks) {
    const wrong: string[] = [];
    const hook: string = Lifecycle?.Hook ?? 'prestart';
    if (!['prestart', 'poststart', 'poststop'].includes(hook))
      wrong.push(
        `Lifecycle validation failed: ${hook === '' ? 'no lifecycle hook provided' : `invalid hook: ${hook}`}`,
      );
    if (escapes(DispatchPayload?.File ?? ''))
      wrong.push('Dispatch Payload validation failed: destination escapes allocation directory');
    if (wrong.length > 0) problems.push(`Task ${Name} validation failed: ${joinErrors(wrong)}`);
  }
  if (group.Tasks.length > 0 && group.Tasks.every(task => task.Lifecycle !== null))
    problems.push(`Task group ${group.Name} must have at least one main task`);
  return problems.length === 0 ? [] : [`Task group ${group.Name} validation failed: ${joinErrors(problems)}`];
}

/** Nested as deep as in Nomad's own answer. */
function scalingProblem({ Name }: GroupSpec, text: string): string {
  const ofPolicy = joinErrors([`Scaling policy invalid: ${text}`]);
  const ofGroup = joinErrors([`Task group scaling policy validation failed: ${ofPolicy}`]);
  return `Task group ${Name} validation failed: ${ofGroup}`;
}

function groupProblems(job: JobSpec, group: GroupSpec): string[] {
  const problems: string[] = [];
  if (group.Name === '') problems.push('Missing task group name');
  if (group.Count < 0) problems.push(`Task group ${group.Name} count can't be negative`);
  if (group.Tasks.length === 0) problems.push(`Task group ${group.Name}: Missing tasks for task group`);
  if ((group.Update?.Canary ?? 0) > 0) {
    problems.push(
      `Task group ${group.Name}: update.canary = ${group.Update?.Canary} is not supported by the embedded cluster (only 0)`,
    );
  }
  const { MinHealthyTime = 0, HealthyDeadline = 0, MaxParallel = 0 } = group.Update ?? {};
  if (MaxParallel > 0 && MinHealthyTime >= HealthyDeadline) {
    const times = `${formatDuration(MinHealthyTime)} > ${formatDuration(HealthyDeadline)}`;
    const problem = `Minimum healthy time must be less than healthy deadline: ${times}`;
    problems.push(`Task group ${group.Name} validation failed: ${joinErrors([problem])}`);
  }
  const { Min, Max } = group.Scaling ?? { Min: null, Max: null };
  if (Max !== null && Max !== undefined && group.Count > Max) {
    problems.push(scalingProblem(group, 'task group count must not be greater than maximum count in scaling policy'));
  }
  if (Min !== null && Min !== undefined && Min > group.Count) {
    problems.push(scalingProblem(group, 'task group count must not be less than minimum count in scaling policy'));
  }
  if (job.Type === 'system' && group.ReschedulePolicy !== null)
    problems.push('System jobs should not have a reschedule policy');
  for (const task of group.Tasks) problems.push(...taskProblems(group, task));
  problems.push(...roleProblems(group));
  return problems;
}

/** What is wrong with a job, each in a sentence; empty when nothing is. */
export function jobProblems(job: JobSpec): readonly string[] {
  const problems: string[] = [];
  if (job.ID === '') problems.push('Missing job ID');
  if (job.ID.includes(' ')) problems.push('Job ID contains a space');
  if (!['service', 'batch', 'system', 'sysbatch'].includes(job.Type)) problems.push(`Invalid job type: "${job.Type}"`);
  if (job.Priority < 1 || job.Priority > 100) problems.push('Job priority must be between [1, 100]');
  if (job['Periodic'] !== null) problems.push('a periodic job is not supported by the embedded cluster');
  if (job.TaskGroups.length === 0) problems.push('Missing job task groups');
  const names = new Set<string>();
  for (const group of job.TaskGroups) {
    if (names.has(group.Name)) problems.push(`Task group ${group.Name} defined twice`);
    names.add(group.Name);
    problems.push(...groupProblems(job, group));
  }
  if (job.ParameterizedJob !== null && !job.Dispatched) {
    if (job.Type !== 'batch' && job.Type !== 'sysbatch')
      problems.push('Parameterized job can only be used with "batch" or "sysbatch" scheduler');
    const wrong = parameterProblems(job.ParameterizedJob);
    if (wrong.length > 0) problems.push(joinErrors(wrong));
  }
  return problems;
}

/** Several errors in one text, as Nomad joins them. */
export function joinErrors(problems: readonly string[]): string {
  const count = problems.length === 1 ? '1 error occurred:' : `${problems.length} errors occurred:`;
  return `${count}\n${problems.map(problem => `\t* ${problem}\n`).join('')}\n`;
}
