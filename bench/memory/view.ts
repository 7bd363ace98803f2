/**
 * Holds allocations in the view as the controller does and tells what that takes, as a process of its own with
 * `--expose-gc`. It writes one line of JSON: how many allocations, and bytes of heap and of JSON.
 */

import { createView, type MutableView } from '../../src/cluster/view.ts';
import type { StreamEvent } from '../../src/nomad/types.ts';
import { writeEventLines } from '../stream/event-lines.ts';

const { gc } = globalThis;
if (gc === undefined) throw new Error('to be run with --expose-gc');

/** Each has allocations of its own. */
const seeds = Array.from({ length: 8 }, (_, n) => `memory ${n}`);
const bytesEach = 20e6;

function eachAllocation(seed: string, handle: (event: StreamEvent) => void): void {
  writeEventLines(seed, bytesEach, line => {
    const { Events } = JSON.parse(line) as { readonly Events: readonly StreamEvent[] };
    for (const event of Events) if (event.Topic === 'Allocation') handle(event);
  });
}

/** Takes the events of a seed in; answers how many allocations were told of, and bytes of the newest of each as JSON. */
function fill(view: MutableView, seed: string): { readonly count: number; readonly bytes: number } {
  const newest = new Map<string, number>();
  eachAllocation(seed, event => {
    view.watchJob('default', event.FilterKeys?.[0] ?? '');
    view.applyEvent(event);
    newest.set(event.Key, Buffer.byteLength(JSON.stringify(event.Payload['Allocation'])));
  });
  return { count: newest.size, bytes: [...newest.values()].reduce((sum, each) => sum + each, 0) };
}

async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 4; i += 1) await gc?.({ type: 'major', execution: 'async' });
  return process.memoryUsage();
}

fill(createView(), 'warm-up');
const before = await settled();
const view = createView();
const told = seeds.map(seed => fill(view, seed));
const heap = (await settled()).heapUsed - before.heapUsed;

const held = view.watchedJobs().flatMap(key => view.allocsOf('default', key.slice('default/'.length))).length;
const count = told.reduce((sum, each) => sum + each.count, 0);
if (held !== count) throw new Error(`the view holds ${held} allocations, ${count} were told of`);
const json = told.reduce((sum, each) => sum + each.bytes, 0);
process.stdout.write(`${JSON.stringify({ count, heap, json })}\n`);
