/** `/v1/evaluations`, `/v1/evaluation/ID`. */

import { denied, Refusal } from '../failure.ts';
import { byId, listing, namespacesOf, page, type Route, reading, wholeId } from '../route.ts';
import { allocStub } from '../views.ts';

export const evaluationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/evaluations',
    run(call) {
      const granted = namespacesOf(call, 'read-job');
      const prefix = call.query['prefix'] ?? '';
      const { job, status } = call.query;
      const found = [...call.tables.evals.values()].filter(
        each =>
          granted(each.Namespace) &&
          each.ID.startsWith(prefix) &&
          (job === undefined || each.JobID === job) &&
          (status === undefined || each.Status === status),
      );
      return listing(
        call,
        'evals',
        page(call, found.sort(byId), each => each.ID),
        () => true,
      );
    },
  },
  {
    method: 'GET',
    path: '/v1/evaluation/:id',
    run(call) {
      const id = wholeId(call, 'eval');
      const evaluation = call.tables.evals.get(id);
      if (evaluation === undefined) throw new Refusal(404, 'eval not found', { index: call.tables.indexes.evals });
      if (!call.access.allows(evaluation.Namespace, 'read-job')) throw denied();
      return reading('evals', evaluation.ModifyIndex, evaluation, change => change.key === id);
    },
  },
  {
    method: 'GET',
    path: '/v1/evaluation/:id/allocations',
    run(call) {
      const id = wholeId(call, 'eval');
      const found = [...call.tables.allocs.values()].filter(
        ({ record }) => record.EvalID === id && call.access.allows(record.Namespace, 'read-job'),
      );
      return reading(
        'allocs',
        call.tables.indexes.allocs,
        found.map(entry => allocStub(entry)),
      );
    },
  },
];
