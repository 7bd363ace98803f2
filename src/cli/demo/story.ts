/** What the demo writes, and what must come of it. */

import { formatTime } from '../../base/time.ts';

export interface Chapter {
  readonly namespace: 'default' | 'home';
  readonly name: string;
  /** Why it is told, in a few words. */
  readonly about: string;
  readonly items: Readonly<Record<string, string>>;
  /** `rejected`, or the verdict. */
  readonly expected: string;
}

/** The schedules, due within seconds of `now` (milliseconds since the epoch). */
export function story(now: number): readonly Chapter[] {
  const at = (seconds: number) => formatTime(now + seconds * 1_000);
  return [
    {
      namespace: 'default',
      name: 'typo',
      about: 'a typo is answered where it was written',
      items: { fault: 'alloc-kil', target_job: 'web', at: 'now' },
      expected: 'rejected',
    },
    {
      namespace: 'default',
      name: 'web-kill',
      about: 'one of three web servers is killed, and Nomad restarts it',
      items: { fault: 'alloc-kill', target_job: 'web', at: at(2) },
      expected: 'passed',
    },
    {
      namespace: 'default',
      name: 'api-stop',
      about: 'one of three api servers is stopped, and Nomad places another',
      items: { fault: 'alloc-stop', target_job: 'api', at: at(3) },
      expected: 'passed',
    },
    {
      namespace: 'default',
      name: 'worker-all',
      about: 'more than half of a group is more than the limits allow',
      items: { fault: 'alloc-kill', target_job: 'worker', target_count: '3', at: at(3) },
      expected: 'refused',
    },
    {
      namespace: 'default',
      name: 'worker-scale',
      about: 'a worker is scaled away for three seconds, and the count is put back',
      items: { fault: 'job-scale', target_job: 'worker', delta: '-1', duration: '3s', at: at(4) },
      expected: 'passed',
    },
    {
      namespace: 'home',
      name: 'node-drain',
      about: 'a node is drained for three seconds, and put back; what ran there moves',
      items: { fault: 'node-drain', target_node: '*', deadline: '10s', duration: '3s', at: at(9) },
      expected: 'passed',
    },
  ];
}

/** Wider than the defaults, for nine instances and half a minute. */
export const limits: Readonly<Record<string, string>> = { max_namespace_percent: '67', min_interval_per_job: '1s' };
