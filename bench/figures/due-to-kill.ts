/** From the instant that a schedule is due until its kill leaves, and arrives: the whole controller on an embedded Nomad. */

import { formatTime } from '../../src/base/time.ts';
import type { Allocation } from '../../src/nomad/types.ts';
import { until } from '../../test/support/until.ts';
import { bareWrites } from '../cluster/bare-calls.ts';
import { instant } from '../cluster/clock.ts';
import { type BenchController, startController } from '../cluster/controller.ts';
import { type EmbeddedCluster, withEmbeddedCluster } from '../cluster/embedded.ts';
import { openLimits, waitingJob } from '../cluster/nomad.ts';
import type { Bench, Figure, Measure } from '../figure.ts';
import { median, quantile } from '../samples.ts';

const jobs = 120;
const together = 20;
export const apartMs = 200;
/** What writing the schedules, and their statuses at twenty a second, take before the first is due. */
const shortLeadMs = 8_000;
const rounds = 100;

/** Milliseconds from the instant due, one of each schedule. */
export interface Delays {
  readonly leaving: readonly number[];
  readonly arriving: readonly number[];
  /** As the metric `due_delay_seconds` has it. */
  readonly metric: readonly number[];
}

export const dueToKill: Figure = {
  name: 'due-to-kill',
  summary: 'a schedule due to its kill at the server, on the embedded Nomad over HTTP',
  missing: () => undefined,
  run: bench => withEmbeddedCluster(20, cluster => measure(bench, cluster)),
};

async function measure(bench: Bench, cluster: EmbeddedCluster): Promise<readonly Measure[]> {
  const { nomad } = cluster;
  const names = Array.from({ length: jobs }, (_, n) => `service-${n}`);
  await nomad.runJobs(names.map(name => waitingJob(name, 3, 'mock_driver')));
  await nomad.put('sirocco', 'chaos/control/limits', openLimits);
  const controller = await startController(cluster);
  try {
    const baseline = () => bareSamples(cluster);
    const before = await baseline();
    bench.say(`${jobs} schedules, one due every ${apartMs} ms`);
    const { first, later } = await firstAndLater(cluster, controller, names, 'apart');
    bench.say(`${together} schedules due at once`);
    const atOnce = await delays(cluster, controller, names.slice(-together), () => 0, 'together');
    const bare = [...before, ...(await baseline())];
    return [
      ...measures('first-20', first, bare),
      ...measures('apart', later, bare),
      ...measures(`${together}-at-once`, atOnce, bare),
    ];
  } finally {
    await controller.stop();
  }
}

export async function bareSamples({ nomad }: EmbeddedCluster): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let n = 0; n < rounds; n += 1) samples.push(await bareWrites(nomad));
  return samples;
}

/** Of a fresh process, whose code is not compiled yet: measured apart from those that follow. */
const firstOnes = 20;

/** The delays of the first schedules of a controller, and of those after them. */
export async function firstAndLater(
  cluster: EmbeddedCluster,
  controller: BenchController,
  names: readonly string[],
  prefix: string,
  leadMs = shortLeadMs,
): Promise<{ readonly first: Delays; readonly later: Delays }> {
  const part = (some: readonly string[], lead: number) =>
    delays(cluster, controller, some, n => n * apartMs, prefix, lead);
  const first = await part(names.slice(0, firstOnes), shortLeadMs);
  return { first, later: await part(names.slice(firstOnes), leadMs) };
}

/** Writes a schedule for each job, due so long after a common instant, and waits until each has hit. */
async function delays(
  cluster: EmbeddedCluster,
  controller: BenchController,
  names: readonly string[],
  offset: (n: number) => number,
  prefix: string,
  leadMs = shortLeadMs,
): Promise<Delays> {
  const { nomad, arrivals } = cluster;
  const owner = new Map<string, string>();
  for (const name of names) {
    const { body } = await nomad.ask({ method: 'GET', path: `/v1/job/${name}/allocations`, namespace: 'default' });
    for (const { ID } of body as readonly Allocation[]) owner.set(ID, name);
  }
  const begin = Math.ceil((instant() + leadMs) / 1_000) * 1_000;
  const due = new Map(names.map((name, n) => [name, begin + offset(n)]));
  const [firstCall, firstNote, firstArrival] = [controller.calls.length, controller.notes.length, arrivals.length];
  for (const name of names) {
    const at = formatTime(due.get(name) ?? 0);
    await nomad.put('default', `chaos/schedule/${prefix}-${name}`, { fault: 'alloc-kill', target_job: name, at });
  }
  const last = Math.max(...due.values());
  await until('all kills to arrive', () => arrivals.length >= firstArrival + names.length, {
    within: last - instant() + 20_000,
  });
  await controller.idle();
  const sinceDue = (path: string, at: number): readonly number[] => {
    const job = owner.get(/\/allocation\/([^/]+)\/signal/.exec(path)?.[1] ?? '');
    return job === undefined ? [] : [at - (due.get(job) ?? 0)];
  };
  const found: Delays = {
    leaving: controller.calls.slice(firstCall).flatMap(({ request, leftAt }) => sinceDue(request.path, leftAt)),
    arriving: arrivals.slice(firstArrival).flatMap(({ path, at }) => sinceDue(path, at)),
    metric: controller.notes
      .slice(firstNote)
      .flatMap(({ note }) => (note.type === 'injection' && note.dueDelayMs !== undefined ? [note.dueDelayMs] : [])),
  };
  for (const [what, { length }] of Object.entries(found))
    if (length !== names.length) throw new Error(`${what}: ${length} kills of ${names.length} schedules`);
  return found;
}

/** The measures of a part of a figure. */
export function measures(
  part: string,
  found: Delays,
  bare: readonly number[],
  figure = 'due-to-kill',
): readonly Measure[] {
  const measure = (name: string, samples: readonly number[], p: 'median' | 'p99'): Measure => {
    const of = (values: readonly number[]) => (p === 'median' ? median(values) : quantile(values, 0.99));
    return {
      name: `${figure}/${part}/${name}-${p}`,
      value: of(samples),
      unit: 'ms',
      baseline: of(bare),
      against: 'two bare writes of Variables on the same server',
      better: 'lower',
    };
  };
  return [
    measure('call', found.leaving, 'median'),
    measure('call', found.leaving, 'p99'),
    measure('arrival', found.arriving, 'median'),
    measure('arrival', found.arriving, 'p99'),
    measure('metric', found.metric, 'median'),
    measure('metric', found.metric, 'p99'),
  ];
}
