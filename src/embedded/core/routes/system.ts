/** `/v1/system`, `/v1/operator`, and what an embedded cluster answers with a reason. */

import { denied, Refusal } from '../failure.ts';
import { collectGarbage } from '../gc.ts';
import { type Route, reading } from '../route.ts';

const noHcl =
  'the embedded Nomad does not parse HCL: `nomad job run` and `nomad job plan` parse it themselves, and `nomad job run -output FILE` prints the JSON that PUT /v1/jobs takes';

const schedulerConfig = {
  SchedulerAlgorithm: 'spread',
  PreemptionConfig: {
    SystemSchedulerEnabled: false,
    SysBatchSchedulerEnabled: false,
    BatchSchedulerEnabled: false,
    ServiceSchedulerEnabled: false,
  },
  MemoryOversubscriptionEnabled: false,
  RejectJobRegistration: false,
  PauseEvalBroker: false,
  NodeLimitForFeasibilityChecks: 0,
  CreateIndex: 1,
  ModifyIndex: 1,
};

export const systemRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/v1/system/gc',
    run(call) {
      if (!call.access.management) throw denied();
      collectGarbage(call.cluster, call.cluster.now);
      return { body: null };
    },
  },
  {
    method: 'GET',
    path: '/v1/operator/scheduler/configuration',
    run(call) {
      if (!call.access.operator('read')) throw denied();
      return reading('jobs', 1, {
        Index: 1,
        KnownLeader: true,
        LastContact: 0,
        NextToken: '',
        SchedulerConfig: schedulerConfig,
      });
    },
  },
  {
    method: 'PUT',
    path: '/v1/jobs/parse',
    run() {
      throw new Refusal(501, noHcl);
    },
  },
];
