/** From writing a schedule with `at=now` until its kill leaves: on the embedded Nomad, and on a real one where there is one. */

import { missingForNomad } from '../../test/support/nomad-binary.ts';
import { startRealCluster } from '../../test/support/real-cluster.ts';
import { until } from '../../test/support/until.ts';
import { bareCalls, bareWake } from '../cluster/bare-calls.ts';
import { instant } from '../cluster/clock.ts';
import { type BenchController, startController } from '../cluster/controller.ts';
import { startEmbeddedCluster } from '../cluster/embedded.ts';
import { type Address, createNomad, type Nomad, openLimits, waitingJob } from '../cluster/nomad.ts';
import type { Bench, Figure, Measure } from '../figure.ts';
import { median, quantile } from '../samples.ts';

const jobs = 12;
const rounds = 24;

interface Sample {
  /** All in milliseconds. From writing the schedule until the kill left, and until Nomad had answered it. */
  readonly leaving: number;
  readonly answered: number;
  /** From the Variable's own time, which is when the schedule is due, until the kill was to leave: the metric. */
  readonly dueDelay: number;
  /** A bare wake-up, and bare calls, of the same round. */
  readonly wake: number;
  readonly calls: number;
}

export const nowToKill: Figure = {
  name: 'now-to-kill',
  summary: 'a schedule written with at=now to its kill, embedded and real',
  missing: () => undefined,
  run: async bench => {
    const embedded = await onEmbedded(bench);
    const missing = missingForNomad();
    if (missing !== undefined) bench.say(`on a real Nomad: skipped: ${missing}`);
    return missing === undefined ? [...embedded, ...(await onReal(bench))] : embedded;
  },
};

async function onEmbedded(bench: Bench): Promise<readonly Measure[]> {
  const cluster = await startEmbeddedCluster(6);
  try {
    bench.say('embedded');
    return measures('embedded', await samplesOf(cluster, cluster.nomad, 'mock_driver'));
  } finally {
    await cluster.stop();
  }
}

async function onReal(bench: Bench): Promise<readonly Measure[]> {
  bench.say('real: starting it');
  const cluster = await startRealCluster({ clients: 2, namespaces: ['sirocco'] });
  const at = { address: cluster.address, token: cluster.managementToken };
  const nomad = createNomad(at);
  try {
    return measures('real', await samplesOf(at, nomad, 'raw_exec'));
  } finally {
    await nomad.close();
    await cluster.stop();
  }
}

async function samplesOf(at: Address, nomad: Nomad, driver: 'raw_exec' | 'mock_driver'): Promise<readonly Sample[]> {
  const names = Array.from({ length: jobs }, (_, n) => `service-${n}`);
  await nomad.runJobs(names.map(name => waitingJob(name, 3, driver)));
  await nomad.put('sirocco', 'chaos/control/limits', openLimits);
  // A schedule of the far future for each job, so that all are watched when the one that counts is written.
  for (const name of names)
    await nomad.put('default', `chaos/schedule/later-${name}`, { ...kill(name), at: farFuture });
  const controller = await startController(at);
  try {
    await until('the stream to be open', () => controller.notes.some(isOpen));
    await until('the statuses to be written', () => statusesOf(controller) >= names.length);
    const samples: Sample[] = [];
    for (let n = 0; n < rounds; n += 1) samples.push(await sample(nomad, controller, names[n % jobs] ?? '', n));
    return samples;
  } finally {
    await controller.stop();
  }
}

const farFuture = '2099-01-01T00:00:00Z';
const kill = (job: string) => ({ fault: 'alloc-kill', target_job: job });
const isOpen = ({ note }: BenchController['notes'][number]) => note.type === 'stream' && note.connected;
const statusesOf = ({ calls }: BenchController) =>
  calls.filter(({ request }) => request.method === 'PUT' && request.path.startsWith('/v1/var/chaos/status/later-'))
    .length;

async function sample(nomad: Nomad, controller: BenchController, job: string, n: number): Promise<Sample> {
  const wake = await bareWake(nomad);
  const calls = await bareCalls(nomad, job);
  const [firstCall, firstNote] = [controller.calls.length, controller.notes.length];
  const written = instant();
  await nomad.put('default', `chaos/schedule/now-${n}`, { ...kill(job), at: 'now' });
  const sent = await until(
    `the kill of round ${n}`,
    () => controller.calls.slice(firstCall).find(({ request }) => request.kind === 'alloc_signal'),
    { every: 5 },
  );
  if (sent.failure !== undefined) throw new Error(`the kill of round ${n}: ${sent.failure}`);
  await controller.idle();
  const told = controller.notes.slice(firstNote).flatMap(({ note }) => (note.type === 'injection' ? [note] : []));
  const dueDelay = told[0]?.dueDelayMs;
  if (dueDelay === undefined) throw new Error(`round ${n} told no delay`);
  return { leaving: sent.leftAt - written, answered: sent.answeredAt - written, dueDelay, wake, calls };
}

function measures(part: string, samples: readonly Sample[]): readonly Measure[] {
  const measure = (
    name: string,
    value: (sample: Sample) => number,
    bare: (sample: Sample) => number,
    against: string,
    of: (values: readonly number[]) => number = median,
  ): Measure => ({
    name: `now-to-kill/${part}/${name}`,
    value: of(samples.map(value)),
    unit: 'ms',
    baseline: of(samples.map(bare)),
    against,
    better: 'lower',
  });
  const all = 'a bare wake-up, two bare writes and two bare reads';
  const afterWake = 'two bare writes and two bare reads';
  const worst = (values: readonly number[]) => quantile(values, 0.95);
  return [
    measure(
      'call-median',
      each => each.leaving,
      each => each.wake + each.calls,
      all,
    ),
    measure(
      'call-p95',
      each => each.leaving,
      each => each.wake + each.calls,
      all,
      worst,
    ),
    measure(
      'answered-median',
      each => each.answered,
      each => each.wake + each.calls,
      all,
    ),
    measure(
      'due-delay-median',
      each => each.dueDelay,
      each => each.calls,
      afterWake,
    ),
    {
      name: `now-to-kill/${part}/over-baseline-median`,
      value: median(samples.map(({ leaving, wake, calls }) => leaving - wake - calls)),
      unit: 'ms',
      better: 'lower',
    },
  ];
}
