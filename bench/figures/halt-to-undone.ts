/** From the word halt, written and read, until the last undo has left: several nodes made ineligible, on the embedded Nomad. */

import { until } from '../../test/support/until.ts';
import { instant } from '../cluster/clock.ts';
import { type BenchController, startController } from '../cluster/controller.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../cluster/embedded.ts';
import { openLimits } from '../cluster/nomad.ts';
import type { Bench, Figure, Measure } from '../figure.ts';
import { median } from '../samples.ts';

const nodes = 24;
const runs = 10;
const rounds = 5;

/** Milliseconds. */
interface Sample {
  /** From the answer that showed the halt until the last undo left. */
  readonly fromRead: number;
  /** From writing the halt until the last undo arrived at the server. */
  readonly fromWriting: number;
  /** As many bare writes of Variables at once. */
  readonly bare: number;
}

export const haltToUndone: Figure = {
  name: 'halt-to-undone',
  summary: `a halt read to the last of ${runs} undos sent, on the embedded Nomad over HTTP`,
  missing: () => undefined,
  run: async bench => {
    const cluster = await startEmbeddedCluster(nodes);
    try {
      return measures(await samplesOf(bench, cluster));
    } finally {
      await cluster.stop();
    }
  },
};

async function samplesOf(bench: Bench, cluster: EmbeddedCluster): Promise<readonly Sample[]> {
  await cluster.nomad.put('sirocco', 'chaos/control/limits', openLimits);
  const controller = await startController(cluster);
  try {
    const samples: Sample[] = [];
    for (let n = 0; n < rounds; n += 1) {
      bench.say(`round ${n + 1} of ${rounds}`);
      samples.push(await sample(cluster, controller, n));
    }
    return samples;
  } finally {
    await controller.stop();
  }
}

async function sample(cluster: EmbeddedCluster, controller: BenchController, round: number): Promise<Sample> {
  const { nomad, arrivals } = cluster;
  const begun = instant();
  await Promise.all(Array.from({ length: runs }, (_, n) => nomad.put('default', `bench/at-once-${n}`, { round: 'r' })));
  const bare = instant() - begun;

  const firstNote = controller.notes.length;
  for (let n = 0; n < runs; n += 1) {
    const items = { fault: 'node-ineligible', target_node: `node-${n}`, duration: '1h', at: 'now' };
    await nomad.put('sirocco', `chaos/schedule/round-${round}-${n}`, items);
  }
  await until(
    'all to be in force and seen',
    () => controller.notes.slice(firstNote).filter(({ note }) => note.type === 'effect-seen').length === runs,
  );
  const [firstCall, haltNote, firstArrival] = [controller.calls.length, controller.notes.length, arrivals.length];
  const written = instant();
  await nomad.put('sirocco', 'chaos/control/halt', { reason: 'bench' });
  await until('all undos to arrive', () => arrivals.length >= firstArrival + runs, { every: 5 });
  await controller.idle();
  await nomad.remove('sirocco', 'chaos/control/halt');
  const lifted = () => controller.notes.slice(haltNote).some(({ note }) => note.type === 'halt' && !note.halted);
  await until('the halt to be lifted', lifted);

  const read = controller.notes.slice(haltNote).find(({ note }) => note.type === 'halt' && note.halted)?.at;
  const undos = controller.calls.slice(firstCall).filter(({ request }) => request.kind === 'node_eligibility');
  if (read === undefined || undos.length !== runs) throw new Error(`${undos.length} undos of ${runs} runs`);
  return {
    fromRead: Math.max(...undos.map(each => each.leftAt)) - read,
    fromWriting: Math.max(...arrivals.slice(firstArrival).map(each => each.at)) - written,
    bare,
  };
}

function measures(samples: readonly Sample[]): readonly Measure[] {
  const measure = (name: string, value: (sample: Sample) => number): Measure => ({
    name: `halt-to-undone/${name}`,
    value: median(samples.map(value)),
    unit: 'ms',
    baseline: median(samples.map(each => each.bare)),
    against: `${runs} bare writes of Variables at once`,
    better: 'lower',
  });
  return [
    measure('read-to-last-undo', each => each.fromRead),
    measure('written-to-last-arrival', each => each.fromWriting),
  ];
}
