/** A whole controller in this process, on a way to Nomad that remembers when each call left and was answered. */

import { createServe } from '../../src/api/server.ts';
import { connect } from '../../src/daemon/connection.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import type { Connection } from '../../src/daemon/types.ts';
import { catalogOf } from '../../src/faults/catalog.ts';
import { faults } from '../../src/faults/index.ts';
import type { Note } from '../../src/lifecycle/effects.ts';
import { nomadConfig } from '../../src/nomad/config.ts';
import type { NomadRequest } from '../../src/nomad/types.ts';
import { createPublisher } from '../../src/publish/publisher.ts';
import type { Publisher } from '../../src/publish/types.ts';
import { gates } from '../../src/safety/index.ts';
import { createWorld } from '../../src/world/real.ts';
import { until } from '../../test/support/until.ts';
import { instant } from './clock.ts';
import type { Address } from './nomad.ts';

/** A call that was answered; instants are milliseconds since the epoch. Answers are not kept: a controller keeps none. */
export interface MadeCall {
  readonly request: NomadRequest;
  /** What went wrong, where something did. */
  readonly failure?: string;
  readonly leftAt: number;
  readonly answeredAt: number;
}

export interface ToldNote {
  readonly note: Note;
  readonly at: number;
}

export interface BenchController {
  readonly calls: readonly MadeCall[];
  readonly notes: readonly ToldNote[];
  /** Waits until no run is open. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const version = '0.0.0-bench';

/** Starts it, home namespace `sirocco`, managing `default`, and waits until it acts and has read everything. */
export async function startController({ address, token }: Address): Promise<BenchController> {
  const world = createWorld({ level: 'info', sink: { write: () => undefined } });
  const calls: MadeCall[] = [];
  const notes: ToldNote[] = [];
  const inner = connect(nomadConfig({ NOMAD_ADDR: address, NOMAD_TOKEN: token ?? '' }), world);
  const connection: Connection = {
    ...inner,
    send: request => {
      const leftAt = instant();
      return inner.send(request).then(outcome => {
        const failed = outcome.kind === 'ok' ? {} : { failure: outcome.message };
        calls.push({ request, ...failed, leftAt, answeredAt: instant() });
        return outcome;
      });
    },
  };
  const config = { home: 'sirocco', prefix: 'chaos', namespaces: ['default'], name: 'bench', region: 'global' };
  const publisher = createPublisher(world.log, {
    version,
    namespaces: config.namespaces,
    faults: faults.map(each => each.name),
  });
  const noting: Publisher = {
    ...publisher,
    note: note => {
      notes.push({ note, at: instant() });
      publisher.note(note);
    },
  };
  const daemon = await startDaemon({
    config,
    connection,
    world,
    catalog: catalogOf(faults),
    gates,
    version,
    publisher: noting,
    serve: createServe(world.log),
    listen: { host: '127.0.0.1', port: 0 },
  });
  await until('the controller to act', () => {
    const summary = daemon.summary();
    return summary?.leading === true && summary.ready;
  });
  return {
    calls,
    notes,
    idle: async () => {
      await until('all runs to end', () => daemon.summary()?.runsActive.length === 0, { within: 60_000 });
    },
    stop: async () => {
      const { how } = await daemon.stop('handover');
      if (how !== 'exit') throw new Error(`the controller ended by ${how}`);
    },
  };
}
