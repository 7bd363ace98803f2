import type { Cases } from '../contract.ts';
import { callCases } from './calls.ts';
import { childrenCases } from './children.ts';
import { deploymentCases } from './deployments.ts';
import { dispatchRefusalCases } from './dispatch-refusals.ts';
import { dispatchCases } from './dispatches.ts';
import { drainCases } from './drains.ts';
import { eventCases } from './events.ts';
import { faultCallCases } from './fault-calls.ts';
import { faultRightsCases } from './fault-rights.ts';
import { identityCases } from './identity.ts';
import { jobEventCases } from './job-events.ts';
import { jobVersionCases } from './job-versions.ts';
import { jobCases } from './jobs.ts';
import { lifecycleEndCases } from './lifecycle-ends.ts';
import { lifecycleCases } from './lifecycles.ts';
import { lockCases } from './locks.ts';
import { nodeFactCases } from './node-facts.ts';
import { nodeCases } from './nodes.ts';
import { outcomeCases } from './outcomes.ts';
import { realTimeCases } from './real-time.ts';
import { restartCases } from './restarts.ts';
import { rightsCases } from './rights.ts';
import { scalingCases } from './scaling.ts';
import { schedulerCases } from './scheduler.ts';
import { serviceCases } from './services.ts';
import { signalCases } from './signals.ts';
import { streamSignalCases } from './stream-signals.ts';
import { taskEnvironmentCases } from './task-environments.ts';
import { taskLogCases } from './task-logs.ts';
import { variableRightsCases } from './variable-rights.ts';
import { variableWatchCases } from './variable-watch.ts';
import { variableCases } from './variables.ts';

/** All groups of the contract, by the words that stand in the test report. */
export const allCases: Readonly<Record<string, Cases>> = {
  Variables: variableCases,
  'rights on Variables': variableRightsCases,
  'watching Variables': variableWatchCases,
  locks: lockCases,
  'the event stream': eventCases,
  'events of jobs and nodes': jobEventCases,
  signals: signalCases,
  'restarts and stops': restartCases,
  nodes: nodeCases,
  'attributes and meta of nodes': nodeFactCases,
  drains: drainCases,
  jobs: jobCases,
  'scaling a job': scalingCases,
  'stopping a job, and its versions': jobVersionCases,
  deployments: deploymentCases,
  dispatches: dispatchCases,
  'refused dispatches': dispatchRefusalCases,
  'children of a parameterized job': childrenCases,
  'tasks before and after the main one': lifecycleCases,
  'the end of an allocation': lifecycleEndCases,
  'what a task finds': taskEnvironmentCases,
  'logs of tasks': taskLogCases,
  services: serviceCases,
  'the scheduler': schedulerCases,
  'rights alone': rightsCases,
  'rights of faults alone': faultRightsCases,
  'our reading of the answers': outcomeCases,
  'our calls': callCases,
  'our calls of faults': faultCallCases,
  'our event stream': streamSignalCases,
  'in real time': realTimeCases,
};

/** What only a real Nomad has. */
export const realCases: Readonly<Record<string, Cases>> = { ...allCases, 'workload identities': identityCases };
