/** The demo's own services: small HTTP servers, real processes, three of each. */

import type { Job } from '../../nomad/types.ts';

const second = 1_000_000_000;

/** Says hello on the port that Nomad gave it. */
const server = `
const name = process.env.NOMAD_ALLOC_NAME;
require('node:http').createServer((_, answer) => answer.end(name + '\\n')).listen(Number(process.env.NOMAD_PORT_http), '127.0.0.1');
`;

export const demoJobs = ['web', 'api', 'worker'] as const;

/** A service job as `PUT /v1/jobs` takes it, run by this process's own Node. */
export function demoJob(id: string): Pick<Job, 'ID' | 'Name' | 'Namespace'> & Readonly<Record<string, unknown>> {
  return {
    ID: id,
    Name: id,
    Namespace: 'default',
    Type: 'service',
    Datacenters: ['*'],
    TaskGroups: [
      {
        Name: id,
        Count: 3,
        Networks: [{ Mode: 'host', DynamicPorts: [{ Label: 'http' }] }],
        Tasks: [
          {
            Name: 'server',
            Driver: 'raw_exec',
            Config: { command: process.execPath, args: ['-e', server] },
            KillTimeout: 2 * second,
          },
        ],
        RestartPolicy: { Attempts: 5, Interval: 60 * second, Delay: second, Mode: 'fail' },
        ReschedulePolicy: {
          Unlimited: true,
          Delay: second,
          DelayFunction: 'constant',
          MaxDelay: second,
          Attempts: 0,
          Interval: 0,
        },
        Update: {
          MaxParallel: 3,
          MinHealthyTime: 0,
          HealthyDeadline: 60 * second,
          ProgressDeadline: 120 * second,
          HealthCheck: 'task_states',
        },
      },
    ],
  };
}
