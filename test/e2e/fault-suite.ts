/** The suite of faults that are put back, the same on a Nomad of either kind. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import { writeEvidence } from './evidence.ts';
import { type FaultCase, faultCases, listing, type Stage } from './fault-cases.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, finishedRun, makePlace } from './place.ts';

export interface FaultCluster extends Cluster {
  readonly nodes: readonly string[];
  stop(): Promise<void>;
}

interface Intent {
  readonly undoState?: string;
  readonly undoMessage?: string;
  readonly before?: object;
  readonly after?: object;
  readonly effect?: { readonly evidence: string };
}

interface Played {
  readonly each: FaultCase;
  readonly verdict: string;
  readonly message: string;
  readonly intents: readonly Intent[];
  readonly before: object;
  readonly after: object;
  readonly own: object | undefined;
}

const withinMs = 200_000;

export function describeFaults(title: string, start: () => Promise<FaultCluster>): void {
  let cluster: FaultCluster | undefined;
  const played = new Map<FaultCase, Promise<Played>>();

  beforeAll(async () => {
    const on = await start();
    cluster = on;
    const shared = faultCases.filter(each => each.alone !== true);
    const nodes = [...on.nodes];
    // Each that hits a node has one of its own; the others only look at one.
    for (const each of shared) played.set(each, play(on, each, (each.onNode ? nodes.pop() : nodes[0]) ?? ''));
    // What would disturb the others comes when all else is over.
    let last: Promise<unknown> = Promise.allSettled([...played.values()]);
    for (const each of faultCases.filter(one => one.alone === true)) {
      const node = (each.onNode ? nodes.pop() : nodes[0]) ?? '';
      const next = last.then(() => play(on, each, node));
      played.set(each, next);
      last = next.catch(() => undefined);
    }
    for (const each of played.values()) each.catch(() => undefined);
  }, 120_000);

  afterAll(async () => {
    const results = await Promise.allSettled(played.values());
    await cluster?.stop();
    writeEvidence(`faults-${title.replaceAll(/\W+/g, '-')}`, {
      title: `Each fault and its undo, on ${title}`,
      columns: ['fault', 'what happened', 'verdict', 'effect', 'undo', 'before', 'after'],
      rows: results.flatMap(result => (result.status === 'fulfilled' ? [row(result.value)] : [])),
    });
  }, withinMs);

  describe.each(faultCases.map(each => [`${each.fault}: ${each.name}`, each] as const))('%s', (_, each) => {
    it('ends as it must, with its undo proved', { timeout: withinMs }, async () => {
      const result = await played.get(each);
      if (result === undefined) throw new Error('it was not played');
      expect(result.verdict, result.message).toBe(each.verdict);
      expect(result.intents.map(({ undoState }) => undoState)).toEqual(each.undo);
      for (const intent of result.intents) {
        expect(intent.effect?.evidence).toMatch(/\S/);
        if (intent.undoState !== undefined) expect(intent.after).toBeDefined();
      }
      if (isPutBack(each)) expect(result.after).toEqual(result.before);
      expect(result.own).toEqual(each.left);
    });
  });
}

/** A deployment goes on by itself, and what an operator did stays. */
function isPutBack({ fault, meanwhile, undo }: FaultCase): boolean {
  return meanwhile === undefined && undo[0] !== undefined && !fault.startsWith('deployment-');
}

async function play(cluster: FaultCluster, each: FaultCase, node: string): Promise<Played> {
  const place = await makePlace(cluster, everyRight);
  const stage: Stage = { place, node };
  await (each.before?.(stage) ?? place.run({ id: 'web', count: 4 }));
  await place.put('chaos/control/limits', {
    max_group_percent: '100',
    max_namespace_percent: '100',
    max_nodes_percent: '100',
  });
  const before = await listing(stage);
  const controller = await startController(place.options('one'), place.nomad);
  try {
    await place.put('chaos/schedule/it', { ...each.items(stage), fault: each.fault, at: 'now' });
    if (each.meanwhile !== undefined) {
      await until('the effect to be seen', async () => {
        const [record] = [...(await place.records()).values()];
        const body = JSON.parse(record?.['body'] ?? '{}') as { intents?: readonly Intent[] };
        return record?.['state'] === 'holding' && (body.intents ?? []).every(one => one.effect !== undefined);
      });
      await each.meanwhile(stage);
    }
    const { items } = await finishedRun(place, withinMs);
    const body = JSON.parse(items['body'] ?? '{}') as { message?: string; intents: readonly Intent[] };
    return {
      each,
      verdict: verdictIn(items),
      message: `${body.message ?? ''}\n${controller.story()}`,
      intents: body.intents,
      before,
      after: await listing(stage),
      own: await each.after?.(stage),
    };
  } finally {
    await controller.end();
    await place.endJobs();
  }
}

function row({ each, verdict, intents, before, after }: Played): readonly string[] {
  const words = (parts: readonly (string | undefined)[]) => parts.filter(part => part !== undefined).join('; ');
  return [
    each.fault,
    each.name,
    verdict,
    words(intents.map(({ effect }) => effect?.evidence)),
    words(intents.map(({ undoState, undoMessage }) => words([undoState, undoMessage]))) || 'none',
    JSON.stringify(before),
    JSON.stringify(after),
  ];
}
