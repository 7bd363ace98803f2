// Written by `npm run generate` from the files of this folder.

import { alone } from './alone.ts';
import { approval } from './approval.ts';
import { blackouts } from './blackouts.ts';
import { clusterName } from './cluster-name.ts';
import { comesBack } from './comes-back.ts';
import { excludeJobs } from './exclude-jobs.ts';
import { excludeNodes } from './exclude-nodes.ts';
import type { Gate } from './gate.ts';
import { halt } from './halt.ts';
import { irreversible } from './irreversible.ts';
import { jobMeta } from './job-meta.ts';
import { limitsValid } from './limits-valid.ts';
import { maxConcurrentRuns } from './max-concurrent-runs.ts';
import { maxDuration } from './max-duration.ts';
import { maxGroupPercent } from './max-group-percent.ts';
import { maxNamespacePercent } from './max-namespace-percent.ts';
import { maxNodesPercent } from './max-nodes-percent.ts';
import { maxRunsPerJob } from './max-runs-per-job.ts';
import { minIntervalPerJob } from './min-interval-per-job.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { quiet } from './quiet.ts';
import { reach } from './reach.ts';
import { self } from './self.ts';
import { trustedPool } from './trusted-pool.ts';
import { windows } from './windows.ts';

export const gates: readonly Gate[] = [
  alone,
  approval,
  blackouts,
  clusterName,
  comesBack,
  excludeJobs,
  excludeNodes,
  halt,
  irreversible,
  jobMeta,
  limitsValid,
  maxConcurrentRuns,
  maxDuration,
  maxGroupPercent,
  maxNamespacePercent,
  maxNodesPercent,
  maxRunsPerJob,
  minIntervalPerJob,
  oneAtATime,
  quiet,
  reach,
  self,
  trustedPool,
  windows,
];
