/** `/v1/search`: ids and names by their beginning. */

import { Refusal } from '../failure.ts';
import { type Answer, type Call, fields, type Route, textOf } from '../route.ts';

const most = 20;

type Found = Readonly<Record<string, () => Iterable<string>>>;

function* mapped<T>(items: Iterable<T>, name: (item: T) => string | undefined): Iterable<string> {
  for (const item of items) {
    const text = name(item);
    if (text !== undefined) yield text;
  }
}

function contexts(call: Call): Found {
  const { tables, access, namespace } = call;
  const visible = (of: string) => (namespace === '*' || of === namespace) && access.allows(of, 'read-job');
  return {
    jobs: () => mapped(tables.jobs.values(), ({ job }) => (visible(job.Namespace) ? job.ID : undefined)),
    allocs: () => mapped(tables.allocs.values(), ({ record }) => (visible(record.Namespace) ? record.ID : undefined)),
    evals: () => mapped(tables.evals.values(), each => (visible(each.Namespace) ? each.ID : undefined)),
    deployment: () => mapped(tables.deployments.values(), each => (visible(each.Namespace) ? each.ID : undefined)),
    nodes: () => (access.node('read') ? tables.nodes.keys() : []),
    namespaces: () => mapped(tables.namespaces.keys(), name => (access.allows(name, 'list-jobs') ? name : undefined)),
    vars: () =>
      mapped(tables.variables.get(namespace)?.keys() ?? [], path =>
        access.variable(namespace, path, 'list') ? path : undefined,
      ),
  };
}

function search(call: Call): Answer {
  const body = fields(call);
  const prefix = textOf(body['Prefix']);
  const context = textOf(body['Context']) === '' ? 'all' : textOf(body['Context']);
  const known = contexts(call);
  const names = context === 'all' ? Object.keys(known) : [context];
  const Matches: Record<string, string[]> = {};
  const Truncations: Record<string, boolean> = {};
  for (const name of names) {
    const list = known[name];
    if (list === undefined)
      throw new Refusal(400, `context must be one of ${Object.keys(known).join(', ')} or all; got "${name}"`);
    const found = [...list()].filter(each => each.startsWith(prefix)).sort();
    Truncations[name] = found.length > most;
    if (found.length > 0 || context !== 'all') Matches[name] = found.slice(0, most);
  }
  const { index } = call.tables;
  return { body: { Matches, Truncations, Index: index, LastContact: 0, KnownLeader: true, NextToken: '' }, index };
}

export const searchRoutes: readonly Route[] = [{ method: 'PUT', path: '/v1/search', run: search }];
