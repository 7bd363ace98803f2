/** What the puppet Nomad keeps beside jobs: drains of its nodes, its scheduler's configuration, its catalogue of services. */

import type { DiscoveryCall, FaultCall, ReadCall } from '../lifecycle/effects.ts';
import type { NomadNode } from '../nomad/types.ts';
import type { Answer } from './types.ts';
import type { VirtualClock, Workload } from './workload.fixture.ts';

type Configuration = Readonly<Record<string, unknown>>;

export interface Registration {
  readonly ID: string;
  readonly ServiceName: string;
  readonly JobID: string;
  readonly AllocID: string;
  readonly Address: string;
  readonly Port: number;
}

export interface Region {
  answer(call: FaultCall | ReadCall | DiscoveryCall): Answer | undefined;
  readonly configuration: Configuration;
  /** Somebody changes the scheduler's configuration. */
  configure(change: Configuration): void;
  readonly services: readonly Registration[];
  /** Every allocation of a job that runs registers a service. */
  registerAll(job: string, service: string): void;
  /** Somebody drains a node, or ends a drain and leaves it ineligible. */
  drain(node: string, accessor: string, status: 'draining' | 'complete' | 'canceled', meta?: object | null): void;
}

const ok = (index: number, value: unknown = {}): Answer => ({ kind: 'ok', index, value });

export function createRegion(clock: VirtualClock, nextIndex: () => number, workload: Workload): Region {
  let configuration: Configuration = { SchedulerAlgorithm: 'binpack', PauseEvalBroker: false, ModifyIndex: 5 };
  let services: readonly (Registration & { readonly ModifyIndex: number })[] = [];

  function configure(change: Configuration): number {
    const ModifyIndex = nextIndex();
    configuration = { ...configuration, ...change, ModifyIndex };
    return ModifyIndex;
  }

  const indexOf = (node: string): number => workload.nodes.get(node)?.ModifyIndex ?? 0;

  function drain(node: string, accessor: string, status: string, meta: object | null = null): void {
    const at = new Date(Math.floor(clock.wall / 1000) * 1000).toISOString();
    const Drain = status === 'draining';
    const last = { Status: status, StartedAt: at, UpdatedAt: at, AccessorID: accessor, Meta: meta };
    const out: Partial<NomadNode> = { Drain, SchedulingEligibility: 'ineligible' };
    workload.changeNode(node, { ...out, LastDrain: last } as Partial<NomadNode>);
  }

  function answer(call: FaultCall | ReadCall | DiscoveryCall): Answer | undefined {
    switch (call.op) {
      case 'read-scheduler':
        return ok(Number(configuration['ModifyIndex']), { SchedulerConfig: configuration });
      case 'scheduler-configure':
        return call.index === configuration['ModifyIndex']
          ? ok(configure(call.configuration), { Updated: true })
          : { kind: 'refused', reason: 'conflict', message: 'the configuration was changed meanwhile' };
      case 'node-drain':
        drain(call.node, 'alloc:controller', 'draining', { sirocco_run: call.run });
        return ok(indexOf(call.node));
      case 'node-undrain': {
        const was = workload.nodes.get(call.node);
        if (was?.Drain === true) drain(call.node, 'alloc:controller', 'canceled', { sirocco_run: call.run });
        workload.changeNode(call.node, { Drain: false, SchedulingEligibility: 'eligible' });
        return ok(indexOf(call.node));
      }
      case 'list-job-services':
        return ok(
          nextIndex(),
          services.filter(({ JobID }) => JobID === call.job),
        );
      case 'read-service':
        return ok(
          nextIndex(),
          services.filter(({ ServiceName }) => ServiceName === call.service),
        );
      case 'service-deregister':
        services = services.filter(({ ID }) => ID !== call.id);
        return ok(nextIndex());
      default:
        return undefined;
    }
  }

  return {
    answer,
    get configuration() {
      return configuration;
    },
    configure,
    get services() {
      return services;
    },
    registerAll(job, ServiceName) {
      const running = workload.allocsOf(job).filter(each => each.ClientStatus === 'running');
      const made = running.map(({ ID }, n) => ({
        ID: `_nomad-task-${ID}`,
        ServiceName,
        JobID: job,
        AllocID: ID,
        Address: `10.0.0.${n + 1}`,
        Port: 20_000 + n,
        ModifyIndex: nextIndex(),
      }));
      services = [...services, ...made];
    },
    drain,
  };
}
