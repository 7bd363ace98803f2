/** A cluster under a test's hand: asked in one line, and moved through time. */

import type { NomadRequest, NomadResponse } from '../../nomad/types.ts';
import { advance } from './advance.ts';
import { type ClusterOptions, createCluster } from './cluster.ts';
import { type Blocked, handle } from './handle.ts';
import type { LogRequest } from './log-request.ts';
import type { AllocRecord, Cluster } from './types.ts';

export interface Hand {
  readonly cluster: Cluster;
  /** Milliseconds since the beginning. */
  passed(): number;
  run(ms: number): void;
  /** An answer; throws where the request waits. */
  ask(method: NomadRequest['method'], path: string, body?: unknown, more?: Partial<Asking>): NomadResponse;
  /** What of a log is asked for; throws where it is refused. */
  log(path: string, query: Readonly<Record<string, string>>): LogRequest;
  /** A request that must wait. */
  wait(path: string, query: Readonly<Record<string, string>>): Blocked;
  now(): number;
  /** Allocations of a job, oldest first. */
  allocs(job: string): AllocRecord[];
}

interface Asking {
  readonly query: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly token: string;
}

const beginning = Date.parse('2026-01-01T00:00:00Z');

/** A cluster of three nodes unless told otherwise, at the beginning of 2026. */
export function createHand(options: Partial<ClusterOptions> = {}): Hand {
  const cluster = createCluster({ seed: 'test', now: beginning, nodes: 3, ...options });
  let now = beginning;
  return {
    cluster,
    passed: () => now - beginning,
    now: () => now,
    run(ms) {
      now += ms;
      advance(cluster, now);
    },
    ask(method, path, body, more = {}) {
      const handled = handle(cluster, { method, path, kind: 'test', body, ...more }, now);
      if (handled.kind !== 'answer') throw new Error(`${method} ${path} is not answered at once`);
      return handled.response;
    },
    log(path, query) {
      const handled = handle(cluster, { method: 'GET', path, kind: 'test', query }, now);
      if (handled.kind !== 'logs') throw new Error(`${path} is no log: ${JSON.stringify(handled)}`);
      return handled.logs;
    },
    wait(path, query) {
      const handled = handle(cluster, { method: 'GET', path, kind: 'test', query }, now);
      if (handled.kind !== 'block') throw new Error(`${path} does not wait`);
      return handled;
    },
    allocs: job =>
      [...cluster.tables.allocs.values()].map(({ record }) => record).filter(record => record.JobID === job),
  };
}

export interface JobShape {
  readonly id?: string;
  readonly type?: 'service' | 'batch' | 'system';
  readonly count?: number;
  readonly runFor?: string;
  readonly exitCode?: number;
  /** Laid over the group. */
  readonly group?: Readonly<Record<string, unknown>>;
  /** Laid over the job. */
  readonly job?: Readonly<Record<string, unknown>>;
  /** Instead of the one task `t`. */
  readonly tasks?: readonly unknown[];
}

export const seconds = (count: number): number => count * 1e9;

/** A task that only keeps time. */
export function mockTask(
  name: string,
  config: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): unknown {
  return {
    Name: name,
    Driver: 'mock_driver',
    Config: { run_for: '1000h', ...config },
    Resources: { CPU: 50, MemoryMB: 16 },
    ...more,
  };
}

/** A body for `PUT /v1/jobs`: job `web` with group `g` of one task that runs for long. */
export function jobBody(shape: JobShape = {}): { readonly Job: Readonly<Record<string, unknown>> } {
  const config = { ...(shape.runFor === undefined ? {} : { run_for: shape.runFor }), exit_code: shape.exitCode ?? 0 };
  return {
    Job: {
      ID: shape.id ?? 'web',
      Type: shape.type ?? 'service',
      TaskGroups: [
        {
          Name: 'g',
          ...(shape.type === 'system' ? {} : { Count: shape.count ?? 1 }),
          RestartPolicy: { Attempts: 2, Interval: seconds(600), Delay: seconds(1), Mode: 'fail' },
          Update: { MinHealthyTime: seconds(1) },
          Tasks: shape.tasks ?? [mockTask('t', config)],
          ...shape.group,
        },
      ],
      ...shape.job,
    },
  };
}
