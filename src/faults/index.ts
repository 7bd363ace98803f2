// Written by `npm run generate` from the files of this folder.

import { allocKill } from './alloc-kill.ts';
import { allocRestart } from './alloc-restart.ts';
import { allocStop } from './alloc-stop.ts';
import { deploymentFail } from './deployment-fail.ts';
import { deploymentPause } from './deployment-pause.ts';
import type { AnyFault } from './fault.ts';
import { jobRestart } from './job-restart.ts';
import { jobScale } from './job-scale.ts';
import { jobStop } from './job-stop.ts';
import { nodeDrain } from './node-drain.ts';
import { nodeIneligible } from './node-ineligible.ts';
import { schedulerPause } from './scheduler-pause.ts';
import { serviceDeregister } from './service-deregister.ts';

export const faults: readonly AnyFault[] = [
  allocKill,
  allocRestart,
  allocStop,
  deploymentFail,
  deploymentPause,
  jobRestart,
  jobScale,
  jobStop,
  nodeDrain,
  nodeIneligible,
  schedulerPause,
  serviceDeregister,
];
