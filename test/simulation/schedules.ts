/** What one seed schedules: some of the faults, each at times of its own. */

import type { Random } from '../../src/base/random.ts';
import type { NomadRequest } from '../../src/nomad/types.ts';
import { home, put, remove } from './scenario.ts';

interface Plan {
  readonly name: string;
  readonly namespace: string;
  /** How likely a seed has it. */
  readonly likely: number;
  readonly everySeconds: number;
  readonly items: Readonly<Record<string, string>>;
  /** Of a spec that is a document: everything but its schedule. */
  readonly document?: Readonly<Record<string, unknown>>;
}

const within = { recover_within: '40s' };
const waiting = { if_empty: 'wait', start_deadline: '20s' };

const flat = (
  name: string,
  likely: number,
  everySeconds: number,
  items: Readonly<Record<string, string>>,
  namespace = 'default',
): Plan => ({ name, namespace, likely, everySeconds, items: { ...within, ...items } });

const staged = (name: string, everySeconds: number, job: string, method: readonly unknown[]): Plan => ({
  name,
  namespace: 'default',
  likely: 0.35,
  everySeconds,
  items: {},
  document: { version: 1, target: { job }, method, recovery: { within: '40s' } },
});

const plans: readonly Plan[] = [
  flat('kill', 0.6, 17, { fault: 'alloc-kill', target_job: 'web' }),
  flat('stop', 0.6, 23, { fault: 'alloc-stop', target_job: 'api' }),
  flat('restart', 0.6, 31, { fault: 'alloc-restart', target_job: 'web' }),
  flat('cordon', 0.6, 29, { fault: 'node-ineligible', target_node: '*', duration: '6s' }, home),
  flat('shrink', 0.4, 21, { fault: 'job-scale', target_job: 'pool', count: '2', duration: '6s' }),
  flat('grow', 0.2, 33, { fault: 'job-scale', target_job: 'pool', count: '9', duration: '4s' }),
  flat('shut', 0.45, 19, { fault: 'job-stop', target_job: 'shop', duration: '5s' }),
  flat('roll', 0.35, 27, { fault: 'job-restart', target_job: 'pool', batch_size: '2' }),
  flat('drain', 0.4, 25, { fault: 'node-drain', target_node: '*', duration: '9s' }, home),
  flat('pause', 0.45, 18, { fault: 'deployment-pause', target_job: 'front', duration: '5s', ...waiting }),
  flat('fail', 0.25, 37, {
    fault: 'deployment-fail',
    target_job: 'front',
    accept_irreversible: 'true',
    ...waiting,
  }),
  flat('freeze', 0.35, 14, { fault: 'scheduler-pause', duration: '4s', start_deadline: '12s' }, home),
  flat('unlist', 0.3, 22, { fault: 'service-deregister', target_job: 'api', accept_irreversible: 'true' }),
  staged('shrink-kill', 34, 'pool', [
    { fault: 'job-scale', with: { count: 2 }, duration: '4s' },
    { pause: '1s' },
    { parallel: [{ fault: 'alloc-kill' }, { fault: 'job-scale', with: { count: 8 }, duration: '3s' }] },
  ]),
  staged('shut-twice', 36, 'shop', [
    { fault: 'job-stop', duration: '3s' },
    { fault: 'alloc-restart' },
    { fault: 'job-stop', duration: '2s' },
  ]),
  flat('thin', 0.4, 9, { fault: 'alloc-kill', target_job: 'pool' }),
];

/** About so often; every other schedule has a jitter, a probability, or something to say of its open runs. */
function timeItems(times: Random, everySeconds: number): Record<string, string> {
  const [isCron, isJittered, isUnsure, policy] = [times.next(), times.next(), times.next(), times.next()];
  const jitter = 1 + times.below(30);
  return {
    ...(isCron < 0.25
      ? { cron: `*/${everySeconds} * * * * *`, timezone: 'Europe/Paris' }
      : { every: `${everySeconds}s` }),
    ...(isJittered < 0.3 ? { start_jitter: `${jitter}s` } : {}),
    ...(isUnsure < 0.3 ? { probability: '0.7' } : {}),
    ...(policy < 0.2 ? { concurrency: 'replace' } : policy < 0.4 ? { concurrency: 'allow' } : {}),
  };
}

/** In a document the same words stand under `schedule`, without their prefix. */
function documentOf(document: Readonly<Record<string, unknown>>, time: Readonly<Record<string, string>>): string {
  const { start_jitter, ...rest } = time;
  const schedule = { ...rest, ...(start_jitter === undefined ? {} : { jitter: start_jitter }) };
  return JSON.stringify({ ...document, schedule });
}

export interface Written {
  readonly at: number;
  readonly name: string;
  readonly namespace: string;
  readonly request: NomadRequest;
}

/** Which specs the seed has, written in its first three seconds: `choice` says which, `times` when each of them runs. */
export function schedules(choice: Random, times: Random): readonly Written[] {
  return plans.flatMap(({ name, namespace, likely, everySeconds, items, document }) => {
    const [isIn, at] = [choice.next() < likely, 500 + choice.below(2_500)];
    const time = timeItems(times, everySeconds);
    if (!isIn) return [];
    const all: Readonly<Record<string, string>> =
      document === undefined ? { ...items, ...time } : { spec: documentOf(document, time) };
    return [{ at, name, namespace, request: put(namespace, `chaos/schedule/${name}`, all) }];
  });
}

/** Ends every schedule, so that the cluster can come to rest. */
export const rest: readonly NomadRequest[] = [
  ...plans.map(({ name, namespace }) => remove(namespace, `chaos/schedule/${name}`)),
  remove(home, 'chaos/control/halt'),
];
