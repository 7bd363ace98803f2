/** Job `web` with three allocations on two nodes, as Nomad answers it. */

import type { FakeNomad } from './nomad.fixture.ts';

const times = { CreateIndex: 5, ModifyIndex: 6, CreateTime: 1, ModifyTime: 1 };

export const nodeIds = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'] as const;

export function putWeb(nomad: FakeNomad, namespace = 'default'): void {
  const job = {
    ID: 'web',
    Name: 'web',
    Namespace: namespace,
    Type: 'service',
    Status: 'running',
    Stop: false,
    Version: 0,
    Meta: null,
    TaskGroups: [
      {
        Name: 'app',
        Count: 3,
        Tasks: [{ Name: 'server', Driver: 'raw_exec' }],
        RestartPolicy: { Attempts: 2, Interval: 1_800_000_000_000, Delay: 15_000_000_000, Mode: 'fail' },
        ReschedulePolicy: { Attempts: 0, Interval: 0, Delay: 30_000_000_000, Unlimited: true },
      },
    ],
    ...times,
    JobModifyIndex: 6,
  };
  nomad.answers.set('/v1/job/web', job);
  nomad.answers.set(
    '/v1/job/web/allocations',
    [0, 1, 2].map(n => allocation(namespace, n)),
  );
  nomad.answers.set('/v1/job/web/deployments', []);
  nomad.answers.set('/v1/nodes', nodeIds.map(node));
}

function allocation(namespace: string, n: number): object {
  const on = n % 2;
  return {
    ID: `${n}1111111-0000-4000-8000-00000000000${n}`,
    Name: `web.app[${n}]`,
    Namespace: namespace,
    JobID: 'web',
    JobVersion: 0,
    TaskGroup: 'app',
    NodeID: nodeIds[on],
    NodeName: `client-${on}`,
    DesiredStatus: 'run',
    ClientStatus: 'running',
    TaskStates: {
      server: {
        State: 'running',
        Failed: false,
        Restarts: 0,
        StartedAt: '2026-11-24T09:00:00Z',
        FinishedAt: null,
        Events: [],
      },
    },
    DeploymentStatus: { Healthy: true },
    ...times,
  };
}

/** A node of the list; `n` names it. */
export function node(ID: string, n: number): Readonly<Record<string, unknown>> {
  return {
    ID,
    Name: `client-${n}`,
    Datacenter: 'dc1',
    NodeClass: '',
    NodePool: 'default',
    Status: 'ready',
    SchedulingEligibility: 'eligible',
    Drain: false,
    Version: '2.0.6',
    ...times,
  };
}
