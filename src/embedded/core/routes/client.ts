/** `/v1/client`: what is asked of the node that runs an allocation. */

import { changed, restartMany, restartOne } from '../client/alloc-run.ts';
import { signalTask } from '../client/task-run.ts';
import type { AllocRun } from '../client/types.ts';
import { denied, Refusal } from '../failure.ts';
import { joinErrors } from '../job-checks.ts';
import { type Answer, type Call, fieldsOrNone, needNode, param, type Route, textOf } from '../route.ts';
import type { AllocEntry } from '../types.ts';
import { taskLogs } from './logs.ts';

function entryOf(call: Call): AllocEntry {
  const id = param(call, 'id');
  const entry = call.cluster.tables.allocs.get(id);
  if (entry === undefined) throw new Refusal(404, `Unknown allocation "${id}"`);
  return entry;
}

/** The allocation where it runs; 404 when its node can't be reached or has forgotten it. */
function runOf(call: Call, capability: string): AllocRun {
  const entry = entryOf(call);
  if (!call.access.allows(entry.record.Namespace, capability)) throw denied();
  const node = call.cluster.clients.get(entry.record.NodeID);
  if (node?.connected !== true) throw new Refusal(404, 'No path to node');
  const alloc = node.allocs.get(entry.record.ID);
  if (alloc === undefined) throw new Refusal(404, `Unknown allocation "${entry.record.ID}"`);
  return alloc;
}

function signal(call: Call): Answer {
  const alloc = runOf(call, 'alloc-lifecycle');
  const body = fieldsOrNone(call);
  const name = textOf(body['Task']);
  const signalName = textOf(body['Signal']) === '' ? 'SIGINT' : textOf(body['Signal']);
  if (name !== '') {
    const task = alloc.tasks.get(name);
    if (task === undefined) throw new Refusal(500, 'Task not found');
    if (task.phase !== 'running') throw new Refusal(500, 'Task not running');
    const error = signalTask(call.cluster, task, signalName, changed);
    if (error !== undefined) throw new Refusal(500, error);
    return { body: { Index: 0 } };
  }
  const errors: string[] = [];
  for (const task of [...alloc.tasks.values()]) {
    const error = task.phase === 'running' ? signalTask(call.cluster, task, signalName, changed) : 'Task not running';
    if (error !== undefined) errors.push(`Failed to signal task: ${task.spec.Name}, err: ${error}`);
  }
  if (errors.length > 0) throw new Refusal(500, joinErrors(errors));
  return { body: { Index: 0 } };
}

function restart(call: Call): Answer {
  const alloc = runOf(call, 'alloc-lifecycle');
  const body = fieldsOrNone(call);
  const name = textOf(body['TaskName']);
  if (name !== '') {
    const done = restartOne(call.cluster, alloc, name);
    if (done === undefined) throw new Refusal(500, `Could not find task runner for task: ${name}`);
    if (!done) throw new Refusal(500, 'Task not running');
    return { body: { Index: 0 } };
  }
  if (alloc.ending) throw new Refusal(500, 'restart of an alloc that should not run');
  restartMany(call.cluster, alloc, body['AllTasks'] === true);
  return { body: { Index: 0 } };
}

const noUsage = {
  ResourceUsage: {
    CpuStats: {
      Measured: null,
      Percent: 0,
      SystemMode: 0,
      ThrottledPeriods: 0,
      ThrottledTime: 0,
      TotalTicks: 0,
      UserMode: 0,
    },
    MemoryStats: {
      Measured: null,
      Cache: 0,
      KernelMaxUsage: 0,
      KernelUsage: 0,
      MappedFile: 0,
      MaxUsage: 0,
      RSS: 0,
      Swap: 0,
      Usage: 0,
    },
    DeviceStats: [],
  },
  Tasks: {},
  Timestamp: 0,
};

function stats(call: Call): Answer {
  runOf(call, 'read-job');
  return { body: noUsage };
}

/** No service check is made here. */
function checks(call: Call): Answer {
  runOf(call, 'read-job');
  return { body: {} };
}

export const clientRoutes: readonly Route[] = [
  { method: 'PUT', path: '/v1/client/allocation/:id/signal', run: signal },
  { method: 'PUT', path: '/v1/client/allocation/:id/restart', run: restart },
  { method: 'GET', path: '/v1/client/allocation/:id/stats', run: stats },
  { method: 'GET', path: '/v1/client/allocation/:id/checks', run: checks },
  // Its own checks come before the token's.
  { method: 'GET', path: '/v1/client/fs/logs/:id', open: true, run: taskLogs },
  {
    method: 'GET',
    path: '/v1/client/stats',
    run(call) {
      needNode(call, 'read');
      return {
        body: {
          CPU: [],
          Memory: { Available: 0, Free: 0, Total: 0, Used: 0 },
          DiskStats: [],
          AllocDirStats: null,
          DeviceStats: [],
          Uptime: 0,
          CPUTicksConsumed: 0,
          Timestamp: Math.round(call.cluster.now * 1e6),
        },
      };
    },
  },
];
