/** The driver of real processes: gives orders, and is told what became of them. */

import type { ProcessOrder, TaskFile } from '../orders.ts';
import { addTimer, cancelTimer } from '../timers.ts';
import type { Cluster } from '../types.ts';
import { processEnv } from './environment.ts';
import type { TaskRun } from './types.ts';

function handleOf(task: TaskRun): string {
  return `${task.alloc.id}/${task.spec.Name}/${task.run}`;
}

function order(cluster: Cluster, given: ProcessOrder): void {
  cluster.orders.push(given);
  cluster.version += 1;
}

/** What the job was dispatched with, where the task asks for it; nothing is an empty file. Written once, not at a restart. */
function payloadOf(task: TaskRun): TaskFile[] {
  const { job } = task.alloc;
  const path = task.spec.DispatchPayload?.File ?? '';
  if (!job.Dispatched || path === '' || task.run > 1) return [];
  return [{ path, base64: job.Payload ?? '' }];
}

export function startProcess(cluster: Cluster, task: TaskRun): void {
  const handle = handleOf(task);
  const { Config } = task.spec;
  const args = Array.isArray(Config?.['args']) ? Config['args'].map(String) : [];
  cluster.processes.set(handle, task);
  order(cluster, {
    kind: 'start',
    handle,
    alloc: task.alloc.id,
    task: task.spec.Name,
    command: String(Config?.['command'] ?? ''),
    args,
    env: processEnv(cluster, task),
    ports: task.alloc.record.AllocatedResources.Shared.Ports ?? [],
    files: payloadOf(task),
  });
}

export function signalProcess(cluster: Cluster, task: TaskRun, signal: string): void {
  order(cluster, { kind: 'signal', handle: handleOf(task), signal });
}

/** Asks the process to end by its kill signal; after `timeoutMs` its whole group is killed. */
export function stopProcess(cluster: Cluster, task: TaskRun, timeoutMs: number): void {
  const handle = handleOf(task);
  signalProcess(cluster, task, task.spec.KillSignal === '' ? 'SIGINT' : task.spec.KillSignal);
  cancelTimer(task.killTimer);
  task.killTimer = addTimer(cluster.timers, cluster.now + timeoutMs, () => order(cluster, { kind: 'kill', handle }));
}
