/** `/v1/nodes`, `/v1/node/ID`, its allocations, eligibility and drain. */

import { drainNode } from '../drain.ts';
import { Refusal } from '../failure.ts';
import { changeMeta, nodeUsable, setEligibility } from '../nodes.ts';
import {
  type Answer,
  byId,
  type Call,
  fields,
  flag,
  idPrefix,
  listing,
  needNode,
  numberOf,
  page,
  type Route,
  reading,
  textOf,
  wholeId,
} from '../route.ts';
import { allocsOfNode } from '../tables.ts';
import type { NodeRecord } from '../types.ts';
import { allocWhole, nodeStub } from '../views.ts';

function nodeOf(call: Call, status: 404 | 500): NodeRecord {
  const id = wholeId(call, 'node');
  const node = call.tables.nodes.get(id);
  if (node === undefined)
    throw new Refusal(status, 'node not found', status === 404 ? { index: call.tables.indexes.nodes } : {});
  return node;
}

function list(call: Call): Answer {
  needNode(call, 'read');
  const prefix = idPrefix(call, 'node');
  const found = [...call.tables.nodes.values()].filter(node => node.ID.startsWith(prefix)).sort(byId);
  const paged = page(call, found, node => node.ID);
  const options = { os: flag(call, 'os'), resources: flag(call, 'resources') };
  return listing(call, 'nodes', { ...paged, items: paged.items.map(node => nodeStub(node, options)) }, () => true);
}

function readOne(call: Call): Answer {
  needNode(call, 'read');
  const node = nodeOf(call, 404);
  return reading('nodes', node.ModifyIndex, node, change => change.key === node.ID);
}

function allocations(call: Call): Answer {
  needNode(call, 'read');
  const node = nodeOf(call, 404);
  const found = allocsOfNode(call.tables, node.ID).filter(({ record }) =>
    call.access.allows(record.Namespace, 'read-job'),
  );
  return reading('allocs', call.tables.indexes.allocs, found.map(allocWhole));
}

const written = (index: number, evals: readonly string[], evalIndex: number, nodeIndex: number) => ({
  body: {
    Index: index,
    NodeModifyIndex: nodeIndex,
    EvalIDs: evals.length === 0 ? null : evals,
    EvalCreateIndex: evals.length === 0 ? 0 : evalIndex,
  },
  index,
});

function eligibility(call: Call): Answer {
  needNode(call, 'write');
  const node = nodeOf(call, 500);
  const { index, evals } = setEligibility(call.cluster, node, textOf(fields(call)['Eligibility']));
  return written(index, evals, call.cluster.tables.index, 0);
}

function drain(call: Call): Answer {
  needNode(call, 'write');
  const node = nodeOf(call, 500);
  const body = fields(call);
  const spec = body['DrainSpec'] as { Deadline?: unknown; IgnoreSystemJobs?: unknown } | null | undefined;
  const { cluster, access } = call;
  const index = drainNode(cluster, node, {
    spec:
      spec === null || spec === undefined
        ? null
        : { deadline: numberOf(spec.Deadline) ?? 0, ignoreSystemJobs: spec.IgnoreSystemJobs === true },
    markEligible: body['MarkEligible'] === true,
    meta: (body['Meta'] as Readonly<Record<string, string>> | null | undefined) ?? null,
    accessor: access.token === undefined ? '' : `token:${access.token.accessor}`,
  });
  const becomes = body['MarkEligible'] === true && (spec === null || spec === undefined);
  const evals = becomes && node.SchedulingEligibility === 'ineligible' ? nodeUsable(cluster, node.ID) : [];
  return written(index, evals, cluster.tables.index, index);
}

/** Of the client itself: so it goes no further than to a node that can be reached. */
function meta(call: Call): Answer {
  needNode(call, 'write');
  const body = fields(call);
  const id = call.query['node_id'] ?? textOf(body['NodeID']);
  const node = call.tables.nodes.get(id);
  if (node === undefined) throw new Refusal(404, `Unknown node "${id}"`);
  if (call.cluster.clients.get(id)?.connected !== true) throw new Refusal(404, 'No path to node');
  const given = Object.entries((body['Meta'] as Readonly<Record<string, unknown>> | null | undefined) ?? {});
  if (given.length === 0) throw new Refusal(400, 'missing required Meta object');
  const change = Object.fromEntries(given.map(([key, value]) => [key, value === null ? null : textOf(value)]));
  return { body: { Meta: changeMeta(call.cluster, node, change), Dynamic: change, Static: null } };
}

export const nodeRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/nodes', run: list },
  { method: 'GET', path: '/v1/node/:id', run: readOne },
  { method: 'GET', path: '/v1/node/:id/allocations', run: allocations },
  { method: 'PUT', path: '/v1/node/:id/eligibility', run: eligibility },
  { method: 'PUT', path: '/v1/node/:id/drain', run: drain },
  { method: 'POST', path: '/v1/client/metadata', run: meta },
  {
    method: 'GET',
    path: '/v1/node/pools',
    run: ({ tables }) =>
      reading(
        'nodes',
        1,
        [
          'all',
          'default',
          ...new Set([...tables.nodes.values()].map(node => node.NodePool).filter(pool => pool !== 'default')),
        ].map(Name => ({
          Name,
          Description: '',
          Meta: null,
          SchedulerConfiguration: null,
          NodeIdentityTTL: 86_400e9,
          Hash: null,
          CreateIndex: 1,
          ModifyIndex: 1,
        })),
      ),
  },
];
