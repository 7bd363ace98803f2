/** `/v1/system`, `/v1/operator`, and what an embedded cluster answers with a reason. */

import { denied, Refusal } from '../failure.ts';
import { collectGarbage } from '../gc.ts';
import { type Answer, type Call, type Route, reading } from '../route.ts';
import { schedulerConfigOf, setScheduler } from '../scheduler-config.ts';

const noHcl =
  'the embedded Nomad does not parse HCL: `nomad job run` and `nomad job plan` parse it themselves, and `nomad job run -output FILE` prints the JSON that PUT /v1/jobs takes';

function readScheduler(call: Call): Answer {
  if (!call.access.operator('read')) throw denied();
  const { scheduler } = call.tables;
  const body = { Index: scheduler.ModifyIndex, KnownLeader: true, LastContact: 0, NextToken: '' };
  return reading('scheduler', scheduler.ModifyIndex, { ...body, SchedulerConfig: scheduler });
}

/** A compare-and-set that lost is answered with 200 too, and takes an index. */
function writeScheduler(call: Call): Answer {
  const config = schedulerConfigOf(call.body);
  const { cas } = call.query;
  if (cas !== undefined && !/^\d+$/.test(cas)) {
    const problem = `strconv.ParseUint: parsing ${JSON.stringify(cas)}: invalid syntax`;
    throw new Refusal(400, `Error parsing cas value: ${problem}`);
  }
  if (!call.access.operator('write')) throw denied();
  const written = setScheduler(call.cluster, config, cas === undefined ? undefined : Number(cas));
  return { body: { Updated: written.updated, Index: written.index }, index: written.index };
}

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
  { method: 'GET', path: '/v1/operator/scheduler/configuration', run: readScheduler },
  { method: 'PUT', path: '/v1/operator/scheduler/configuration', run: writeScheduler },
  {
    method: 'PUT',
    path: '/v1/jobs/parse',
    run() {
      throw new Refusal(501, noHcl);
    },
  },
];
