/**
 * Our reader, as a process of its own: stream, decoding and view as the controller uses them. Arguments: the address, the
 * last index, `filter` or `whole`, and the watched jobs. With `filter` events of other jobs are passed over undecoded.
 * It writes one line of JSON when it has handled the last batch.
 */

import { createView } from '../../src/cluster/view.ts';
import { nomadConfig } from '../../src/nomad/config.ts';
import type { EventHead } from '../../src/nomad/decode.ts';
import { openStream } from '../../src/nomad/event-stream.ts';
import { createTransport } from '../../src/nomad/transport.ts';
import { realClock, realTimers } from '../../src/world/real.ts';

const [address = '', last = '', filter = '', ...jobs] = process.argv.slice(2);
const watched = new Set(jobs);

const view = createView();
for (const job of jobs) view.watchJob('default', job);

const wants = ({ Topic, Key, FilterKeys }: EventHead): boolean =>
  Topic === 'Node' || watched.has(Key) || FilterKeys?.some(key => watched.has(key)) === true;

const deps = { clock: realClock, timers: realTimers };
const transport = createTransport(nomadConfig({ NOMAD_ADDR: address }), deps);
let [events, applied] = [0, 0];

async function handled(): Promise<void> {
  stream.close();
  const { ms } = (await (await fetch(`${address}/handled`)).json()) as { ms: number };
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stdout.write(`${JSON.stringify({ ms, events, applied, cpuMs: (userCPUTime + systemCPUTime) / 1000 })}\n`);
  await transport.close();
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

const stream = openStream(
  transport,
  { namespace: 'default', topics: ['Allocation:*', 'Job:*', 'Deployment:*', 'Node:*'], index: 0 },
  signal => {
    if (signal.kind === 'closed' || signal.kind === 'gap') fail(`the stream told ${JSON.stringify(signal)}`);
    if (signal.kind !== 'batch') return;
    for (const event of signal.batch.Events) {
      events += 1;
      const touched = view.applyEvent(event);
      if (touched !== undefined && event.Topic === 'Allocation') applied += 1;
    }
    if (signal.batch.Index === Number(last)) handled().catch(error => fail(String(error)));
  },
  deps,
  filter === 'filter' ? { wants } : {},
);
