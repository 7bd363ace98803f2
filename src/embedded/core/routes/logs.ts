/** `GET /v1/client/fs/logs/ID`: what a task wrote. */

import { mockOutput } from '../client/mock.ts';
import type { TaskRun } from '../client/types.ts';
import { Refusal } from '../failure.ts';
import type { LogRequest } from '../log-request.ts';
import { type Answer, type Call, param, wholeId } from '../route.ts';

const truths: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map(word => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(word => [word, false] as const),
]);

/** A yes or no in the words that Nomad takes; absent or empty: no. */
function truth(call: Call, name: string): boolean {
  const text = call.query[name] ?? '';
  if (text === '') return false;
  const value = truths[text];
  const why = `strconv.ParseBool: parsing "${text}": invalid syntax`;
  if (value === undefined) throw new Refusal(400, `failed to parse ${name} field to boolean: ${why}`);
  return value;
}

function offsetOf(call: Call): number {
  const text = call.query['offset'] ?? '';
  if (text === '') return 0;
  const why = `strconv.ParseInt: parsing "${text}": invalid syntax`;
  if (!/^[+-]?\d+$/.test(text)) throw new Refusal(400, `error parsing offset: ${why}`);
  return Number(text);
}

function originOf(call: Call): 'start' | 'end' {
  const origin = call.query['origin'] ?? '';
  if (origin !== '' && origin !== 'start' && origin !== 'end') throw new Refusal(400, 'origin must be start or end');
  return origin === 'end' ? 'end' : 'start';
}

/** The query, read before anything is looked up. */
function requestOf(call: Call): Omit<LogRequest, 'text'> {
  const task = call.query['task'] ?? '';
  if (task === '') throw new Refusal(400, 'must provide task name');
  const [follow, plain] = [truth(call, 'follow'), truth(call, 'plain')];
  const type = call.query['type'] ?? '';
  if (type !== 'stdout' && type !== 'stderr') throw new Refusal(400, 'must provide log type (stdout/stderr)');
  const [offset, origin] = [offsetOf(call), originOf(call)];
  return { alloc: param(call, 'id'), task, type, plain, follow, offset, origin };
}

/** The task where it runs or ran; 404 where its node can't be reached or has forgotten it. */
function taskOf(call: Call, name: string): TaskRun {
  const id = wholeId(call, 'alloc');
  const unknown = new Refusal(404, `Unknown allocation "${id}"`);
  const entry = call.cluster.tables.allocs.get(id);
  if (entry === undefined) throw unknown;
  const { NodeID, Namespace } = entry.record;
  const node = call.cluster.clients.get(NodeID);
  if (node?.connected !== true) throw new Refusal(404, 'No path to node');
  const alloc = node.allocs.get(id);
  if (alloc === undefined) throw unknown;
  // The node's own refusal comes through the stream as a failure.
  if (!call.access.allows(Namespace, 'read-logs') && !call.access.allows(Namespace, 'read-fs'))
    throw new Refusal(500, 'Permission denied');
  const task = alloc.tasks.get(name);
  if (task === undefined) throw new Refusal(400, `unknown task name "${name}"`);
  if (task.state.StartedAt === null) throw new Refusal(404, `task "${name}" not started yet. No logs available`);
  return task;
}

export function taskLogs(call: Call): Answer {
  const request = requestOf(call);
  const text = mockOutput(taskOf(call, request.task), request.type);
  return { body: '', logs: text === undefined ? request : { ...request, text } };
}
