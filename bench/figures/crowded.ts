/** From due to kill, as in `due-to-kill`, in a controller that holds ten thousand schedules and twenty thousand allocations. */

import { formatTime } from '../../src/base/time.ts';
import type { Variable } from '../../src/nomad/types.ts';
import { instant } from '../cluster/clock.ts';
import { startController } from '../cluster/controller.ts';
import { type EmbeddedCluster, withEmbeddedCluster } from '../cluster/embedded.ts';
import { type Nomad, openLimits, waitingJob } from '../cluster/nomad.ts';
import type { Bench, Figure, Measure } from '../figure.ts';
import { apartMs, bareSamples, firstAndLater, measures } from './due-to-kill.ts';

const schedules = 10_000;
const jobs = 200;
const instances = 100;
/** Each write of a schedule makes the controller list ten thousand; their statuses take ten seconds. */
const leadMs = 20_000;
/** So many writes at once: a server answers them one after another anyway. */
const atOnce = 50;
const dayMs = 86_400_000;

export const crowded: Figure = {
  name: 'crowded',
  summary: `due to kill beside ${schedules} schedules and ${jobs * instances} allocations`,
  missing: () => undefined,
  run: bench => withEmbeddedCluster(100, cluster => measure(bench, cluster)),
};

async function measure(bench: Bench, cluster: EmbeddedCluster): Promise<readonly Measure[]> {
  const { nomad } = cluster;
  const names = Array.from({ length: jobs }, (_, n) => `service-${n}`);
  bench.say(`${jobs * instances} allocations`);
  await nomad.runJobs(names.map(name => waitingJob(name, instances, 'mock_driver')));
  await nomad.put('sirocco', 'chaos/control/limits', openLimits);
  bench.say(`${schedules} schedules`);
  await answeredSchedules(nomad, names);
  const controller = await startController(cluster);
  try {
    const before = await bareSamples(cluster);
    bench.say(`${jobs} of them due, one every ${apartMs} ms`);
    const { first, later } = await firstAndLater(cluster, controller, names, 'crowded', leadMs);
    const bare = [...before, ...(await bareSamples(cluster))];
    return [...measures('first-20', first, bare, 'crowded'), ...measures('apart', later, bare, 'crowded')];
  } finally {
    await controller.stop();
  }
}

/** Schedules for tomorrow with the answers that an earlier life of the controller gave them. */
async function answeredSchedules(nomad: Nomad, names: readonly string[]): Promise<void> {
  const at = formatTime(Math.ceil((instant() + dayMs) / 1_000) * 1_000);
  const write = async (n: number) => {
    const name = `later-${n}`;
    const Items = { fault: 'alloc-kill', target_job: names[n % names.length] ?? '', at };
    const { body } = await nomad.ask({
      method: 'PUT',
      path: `/v1/var/chaos/schedule/${name}`,
      namespace: 'default',
      body: { Items },
    });
    const observed = String((body as Variable).ModifyIndex);
    const answer = { state: 'accepted', observed_index: observed, next_run: at };
    await nomad.put('default', `chaos/status/${name}`, answer);
  };
  for (let n = 0; n < schedules; n += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, schedules - n) }, (_, i) => write(n + i)));
}
