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
      namespace: 'home',
      name: 'node-cordon',
      about: 'a node takes nothing new for three seconds, and is put back',
      items: { fault: 'node-ineligible', target_node: '*', duration: '3s', at: at(4) },
      expected: 'passed',
    },
    {
      namespace: 'default',
      name: 'worker-all',
      about: 'more than half of a group is more than the limits allow',
      items: { fault: 'alloc-kill', target_job: 'worker', target_count: '3', at: at(5) },
      expected: 'refused',
    },
  ];
}
