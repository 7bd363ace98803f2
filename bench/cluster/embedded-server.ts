/**
 * The embedded Nomad as a process of its own, which tells when each harmful or healing request arrives. Argument: how many
 * nodes. It writes its address, then one line of JSON an arrival, and ends when its input ends.
 */

import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { startEmbedded } from '../../src/embedded/index.ts';
import { createWorld } from '../../src/world/real.ts';
import { instant } from './clock.ts';

const told = /^\/v1\/(client\/allocation\/[^/]+\/signal|node\/[^/]+\/eligibility)/;

const nodes = Array.from({ length: Number(process.argv[2]) }, (_, n) => ({ name: `node-${n}`, cpu: 64_000 }));
const world = createWorld({ level: 'error' });
const embedded = await startEmbedded({ world, nodes, namespaces: ['sirocco'], seed: 'bench' });

// Node tells of a request as soon as its head was read, before anybody works on it.
diagnostics.subscribe('http.server.request.start', message => {
  const { request } = message as { readonly request: IncomingMessage };
  const at = instant();
  const path = request.url ?? '';
  if (told.test(path)) process.stdout.write(`${JSON.stringify({ at, path })}\n`);
});

process.stdout.write(`${embedded.address}\n`);
process.stdin.resume().on('end', () => {
  embedded.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
