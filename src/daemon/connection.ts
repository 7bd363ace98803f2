/** The way to Nomad over HTTP, with as many connections as the lanes of the performer may fill. */

import type { NomadConfig } from '../nomad/config.ts';
import { openStream } from '../nomad/event-stream.ts';
import { createTransport } from '../nomad/transport.ts';
import type { Clock, Timers } from '../world/types.ts';
import { laneLimits } from './lanes.ts';
import type { Connection } from './types.ts';

/** For what is asked outside the lanes: where a stream begins, what became of our own job. */
const spare = 2;

/**
 * Connects on the first call.
 * @throws SiroccoError SIR-501 where a file that the configuration names can't be read.
 */
export function connect(config: NomadConfig, world: Clock & Timers): Connection {
  const { lock, blocking, ...calls } = laneLimits;
  const deps = { clock: world, timers: world };
  const transport = createTransport(config, deps, {
    connections: Object.values(calls).reduce((sum, limit) => sum + limit, spare),
    blocking,
    locks: lock,
  });
  return {
    send: request => transport.send(request),
    openStream: (request, onSignal) => openStream(transport, request, onSignal, deps),
    reload: () => transport.reload(),
    close: () => transport.close(),
  };
}
