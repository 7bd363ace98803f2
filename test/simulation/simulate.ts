/** One seed, from an empty cluster to rest: controllers, their records and Nomad, on a virtual clock, without a socket. */

import { createHash } from 'node:crypto';
import { type Random, stream } from '../../src/base/random.ts';
import { advance } from '../../src/embedded/core/advance.ts';
import { createCluster } from '../../src/embedded/core/cluster.ts';
import { addNode } from '../../src/embedded/core/nodes.ts';
import { createChance } from './chance.ts';
import { type Deed, deeds } from './people.ts';
import { createProcess, type Watcher } from './process.ts';
import { createProperties } from './properties.ts';
import { createQueue } from './queue.ts';
import { home, ownNode, prepare, sharedNodes } from './scenario.ts';
import { rest } from './schedules.ts';
import { createServer, tokens } from './server.ts';
import type { Options, Outcome } from './types.ts';

const start = Date.UTC(2026, 10, 24, 10);
/** The cluster settles, then chaos and disturbance, then calm until all is at rest. */
const settledAt = 5_000;
const calmAt = settledAt + 120_000;
const longest = calmAt + 600_000;

export function simulate({ seed, disturbed, subject, keepTrace = false }: Options): Outcome {
  const queue = createQueue();
  let clock = start;
  const now = () => clock;
  const cluster = createCluster({ seed, now: start, acl: true, tokens: [tokens.people, tokens.controller] });
  const chance = createChance(seed, disturbed);
  const server = createServer(cluster, queue, chance, now);
  const hash = createHash('sha256');
  const lines: string[] = [];
  const properties = createProperties(server, subject.parts.catalog, () => clock - start);
  const outcomes = new Set(['skipped', 'missed', 'forbidden']);
  const watcher: Watcher = {
    line(text) {
      hash.update(text).update('\n');
      if (keepTrace) lines.push(text);
    },
    sent: properties.sent,
    answered: properties.answered,
    noted: (_process, { note }) => {
      if (note.type === 'tick' && outcomes.has(note.outcome)) {
        const name = `ticks ${note.outcome}`;
        properties.counts[name] = (properties.counts[name] ?? 0) + 1;
      }
      if (note.type === 'stuck') properties.counts['stuck notes'] = (properties.counts['stuck notes'] ?? 0) + 1;
    },
  };
  const runUntil = (until: number, done: () => boolean = () => false) => {
    while (!done()) {
      const at = queue.next(until, time => {
        clock = time;
      });
      if (at === undefined) break;
    }
  };

  for (const [i, name] of [...sharedNodes, ownNode].entries())
    addNode(cluster, { name, datacenter: i % 2 === 0 ? 'dc1' : 'dc2' });
  prepare(server, stream(seed, 'limits'));
  server.onApplied(properties.applied);
  server.onChange(properties.changed);
  runUntil(start + settledAt);

  const config = { home, prefix: 'chaos', namespaces: ['default'], region: 'global' };
  const world = { queue, server, chance, watcher, now };
  const processes = ['a', 'b'].map(name => createProcess({ ...config, name }, subject, world));
  for (const process of processes) process.start();
  if (disturbed) server.disturb(true);
  /** Deeds on one thing wait for one another, and are tried again while Nomad refuses them. */
  const busy = new Map<string, Deed[]>();
  const attempt = (deed: Deed, tries: number): void => {
    // What people see is what there is: a drain that ended just now is over.
    advance(cluster, clock);
    const request = deed.request(cluster);
    const wished = () => {
      const wish = typeof deed.wish === 'function' ? deed.wish() : deed.wish;
      if (wish !== undefined) properties.wished(wish);
    };
    const response = request && server.ask(request, wished);
    const isTaken = response !== undefined && response.status < 400;
    watcher.line(`${clock} people ${deed.name} ${response?.status ?? 'not now'}`);
    if (deed.on === undefined) return;
    if (!isTaken && tries > 1) queue.at(clock + 1_000, () => attempt(deed, tries - 1));
    else next(deed.on);
  };
  const next = (on: string): void => {
    const waiting = busy.get(on)?.shift();
    if (waiting === undefined) busy.delete(on);
    else attempt(waiting, waiting.tries ?? Number.POSITIVE_INFINITY);
  };
  const draws = ['deeds', 'operators', 'faults', 'times'].map(name => stream(seed, name));
  const [people, operators, choice, times] = draws as [Random, Random, Random, Random];
  const all = deeds({ people, operators, choice, times }).toSorted((a, b) => a.at - b.at);
  for (const deed of all) {
    queue.at(start + settledAt + deed.at, () => {
      const { on } = deed;
      if (on === undefined) attempt(deed, 1);
      else if (busy.has(on)) busy.get(on)?.push(deed);
      else {
        busy.set(on, []);
        attempt(deed, deed.tries ?? Number.POSITIVE_INFINITY);
      }
    });
  }
  runUntil(start + calmAt);

  server.disturb(false);
  for (const process of processes) process.calm();
  for (const request of rest) server.ask(request);
  let restAt = Number.POSITIVE_INFINITY;
  const atRest = () => {
    const records = [...(cluster.tables.variables.get(home)?.values() ?? [])].filter(each =>
      each.Path.startsWith('chaos/runs/'),
    );
    const quiet = records.every(each => each.Items?.['state'] === 'done');
    // What was sent late may still arrive for a minute, and what it does must be undone too.
    if (quiet && clock > start + calmAt + 150_000) restAt = Math.min(restAt, clock + 30_000);
    else restAt = Number.POSITIVE_INFINITY;
    return clock >= restAt;
  };
  let lookedAt = 0;
  runUntil(start + longest, () => {
    if (clock - lookedAt < 5_000) return false;
    lookedAt = clock;
    return atRest();
  });

  const end = properties.atEnd();
  return {
    seed,
    trace: hash.digest('hex'),
    lines,
    problems: properties.problems,
    end,
    simulatedMs: clock - start,
    counts: properties.counts,
  };
}
