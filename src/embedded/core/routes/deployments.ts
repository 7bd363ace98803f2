/** `/v1/deployments`, `/v1/deployment/…`. */

import { failByRequest, pauseDeployment } from '../deployments.ts';
import { denied, Refusal } from '../failure.ts';
import {
  type Answer,
  byId,
  type Call,
  fields,
  idPrefix,
  listing,
  namespacesOf,
  page,
  type Route,
  reading,
  wholeId,
} from '../route.ts';
import type { DeploymentRecord } from '../types.ts';
import { allocStub, deploymentWhole } from '../views.ts';

function deploymentOf(call: Call, capability: string): DeploymentRecord {
  const deployment = call.tables.deployments.get(wholeId(call, 'deployment'));
  if (deployment === undefined)
    throw new Refusal(404, 'deployment not found', { index: call.tables.indexes.deployment });
  if (!call.access.allows(deployment.Namespace, capability)) throw denied();
  return deployment;
}

function list(call: Call): Answer {
  const granted = namespacesOf(call, 'read-job');
  const prefix = idPrefix(call, 'deployment');
  const found = [...call.tables.deployments.values()].filter(
    each => granted(each.Namespace) && each.ID.startsWith(prefix),
  );
  const paged = page(call, found.sort(byId), each => each.ID);
  return listing(call, 'deployment', { ...paged, items: paged.items.map(deploymentWhole) }, () => true);
}

const answer = (call: Call, { index, evalId }: { index: number; evalId: string }): Answer => ({
  body: {
    EvalID: evalId,
    EvalCreateIndex: evalId === '' ? 0 : index,
    DeploymentModifyIndex: index,
    Index: index,
    RevertedJobVersion: null,
    LastContact: 0,
    KnownLeader: false,
    NextToken: '',
  },
  index: Math.max(index, call.cluster.tables.indexes.deployment),
});

export const deploymentRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/deployments', run: list },
  {
    method: 'GET',
    path: '/v1/deployment/:id',
    run(call) {
      const deployment = deploymentOf(call, 'read-job');
      return reading(
        'deployment',
        deployment.ModifyIndex,
        deploymentWhole(deployment),
        change => change.key === deployment.ID,
      );
    },
  },
  {
    method: 'GET',
    path: '/v1/deployment/allocations/:id',
    run(call) {
      const { ID } = deploymentOf(call, 'read-job');
      const found = [...call.tables.allocs.values()].filter(({ record }) => record.DeploymentID === ID);
      return reading(
        'allocs',
        call.tables.indexes.allocs,
        found.map(entry => allocStub(entry)),
      );
    },
  },
  {
    method: 'PUT',
    path: '/v1/deployment/pause/:id',
    run(call) {
      const deployment = deploymentOf(call, 'pause-deployment');
      return answer(call, pauseDeployment(call.cluster, deployment, fields(call)['Pause'] === true));
    },
  },
  {
    method: 'PUT',
    path: '/v1/deployment/fail/:id',
    run: call => answer(call, failByRequest(call.cluster, deploymentOf(call, 'fail-deployment'))),
  },
  {
    method: 'PUT',
    path: '/v1/deployment/promote/:id',
    run(call) {
      const { Status } = deploymentOf(call, 'promote-deployment');
      const terminal = Status !== 'running' && Status !== 'paused';
      throw new Refusal(500, terminal ? "can't promote terminal deployment" : 'no canaries to promote');
    },
  },
];
