/** `/v1/allocations`, `/v1/allocation/ID` and its stop. */

import { createEval } from '../evals.ts';
import { denied, Refusal } from '../failure.ts';
import { changeAlloc } from '../plan.ts';
import {
  type Answer,
  type Call,
  flag,
  idPrefix,
  listing,
  namespacesOf,
  page,
  type Route,
  reading,
  wholeId,
} from '../route.ts';
import { allocStub, allocWhole } from '../views.ts';
import { commit } from '../write.ts';

function list(call: Call): Answer {
  const granted = namespacesOf(call, 'read-job');
  const prefix = idPrefix(call, 'alloc');
  const found = [];
  for (const entry of call.tables.allocs.values()) {
    if (granted(entry.record.Namespace) && entry.record.ID.startsWith(prefix)) found.push(entry.record);
  }
  found.sort((a, b) => (a.ID < b.ID ? -1 : 1));
  const paged = page(call, found, each => each.ID);
  const options = { resources: flag(call, 'resources'), taskStates: call.query['task_states'] !== 'false' };
  const items = paged.items.flatMap(({ ID }) => {
    const entry = call.tables.allocs.get(ID);
    return entry === undefined ? [] : [allocStub(entry, options)];
  });
  return listing(call, 'allocs', { ...paged, items }, change => granted(change.namespace));
}

function readOne(call: Call): Answer {
  const id = wholeId(call, 'alloc');
  const entry = call.tables.allocs.get(id);
  if (entry === undefined) return { ...reading('allocs', call.tables.indexes.allocs, 'alloc not found'), status: 404 };
  if (!call.access.allows(entry.record.Namespace, 'read-job')) throw new Refusal(500, `Unknown allocation "${id}"`);
  return reading('allocs', entry.record.ModifyIndex, allocWhole(entry), change => change.key === id);
}

/** Has an allocation moved: it is stopped, and the scheduler places another. */
function stop(call: Call): Answer {
  const id = wholeId(call, 'alloc');
  const entry = call.tables.allocs.get(id);
  if (entry === undefined) throw new Refusal(404, 'allocation not found');
  if (!call.access.allows(entry.record.Namespace, 'alloc-lifecycle')) throw denied();
  const { record, job } = entry;
  let EvalID = '';
  const index = commit(call.cluster, 'AllocationUpdateDesiredStatus', write => {
    const DesiredTransition = {
      ...record.DesiredTransition,
      Migrate: true,
      NoShutdownDelay: flag(call, 'no_shutdown_delay'),
    };
    changeAlloc(write, entry, { DesiredTransition });
    EvalID = createEval(write, {
      namespace: record.Namespace,
      job: record.JobID,
      type: job.Type,
      priority: job.Priority,
      trigger: 'alloc-stop',
      jobModifyIndex: job.ModifyIndex,
    }).ID;
  });
  return { body: { EvalID, Index: index }, index };
}

export const allocationRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/allocations', run: list },
  { method: 'GET', path: '/v1/allocation/:id', run: readOne },
  { method: 'PUT', path: '/v1/allocation/:id/stop', run: stop },
];
