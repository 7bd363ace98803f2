/** `/v1/deployments`, `/v1/deployment/…`. */

import { failByRequest, pauseDeployment, promoteDeployment } from '../deployments.ts';
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
  param,
  type Route,
  reading,
  textOf,
  wholeId,
} from '../route.ts';
import type { DeploymentRecord } from '../types.ts';
import { allocStub, deploymentWhole } from '../views.ts';

function deploymentOf(call: Call, capability: string, missing: 404 | 500 = 404): DeploymentRecord {
  const deployment = call.tables.deployments.get(wholeId(call, 'deployment'));
  if (deployment === undefined)
    throw new Refusal(
      missing,
      'deployment not found',
      missing === 404 ? { index: call.tables.indexes.deployment } : {},
    );
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

/** Refuses a body that doesn't name the deployment of the path. */
function needNamed(call: Call): void {
  const named = textOf(fields(call)['DeploymentID']);
  if (named === '') throw new Refusal(400, 'DeploymentID must be specified');
  if (named !== param(call, 'id')) throw new Refusal(400, 'Deployment ID does not match');
}

const answer = ({ index, evalId, revertedTo }: ReturnType<typeof pauseDeployment>): Answer => ({
  body: {
    EvalID: evalId,
    EvalCreateIndex: evalId === '' ? 0 : index,
    DeploymentModifyIndex: index,
    Index: index,
    RevertedJobVersion: revertedTo,
  },
  index,
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
      needNamed(call);
      const deployment = deploymentOf(call, 'pause-deployment', 500);
      return answer(pauseDeployment(call.cluster, deployment, fields(call)['Pause'] === true));
    },
  },
  {
    method: 'PUT',
    path: '/v1/deployment/fail/:id',
    run: call => answer(failByRequest(call.cluster, deploymentOf(call, 'fail-deployment', 500))),
  },
  {
    method: 'PUT',
    path: '/v1/deployment/promote/:id',
    run(call) {
      needNamed(call);
      return answer(promoteDeployment(call.cluster, deploymentOf(call, 'promote-deployment', 500)));
    },
  },
];
