/** Event streams: one that is not permitted opens all the same, and stays silent. */

import type { StreamRequest, StreamSignal } from '../../nomad/types.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './check.ts';

/** The stream of a namespace's jobs, and that of nodes where a fault needs it: each must have a line within seconds. */
export const checkStreams: Check = async patient => {
  const { needs } = patient;
  const requests: (readonly [string, StreamRequest])[] = needs.namespaces
    .filter(each => each.capabilities.some(({ word }) => word === 'read-job'))
    .map(({ namespace }) => [
      `${namespace}: events`,
      { namespace, topics: ['Allocation:*', 'Job:*', 'Deployment:*'], index: 0 },
    ]);
  if (needs.scopes.some(each => each.scope === 'node'))
    requests.push(['node events', { topics: ['Node:*'], index: 0 }]);
  const findings: Finding[] = [];
  // One after the other: a client node has places for eighty streams, and a closed one keeps its own for half a minute.
  for (const [what, request] of requests) findings.push(judged(what, await firstSignal(patient, request)));
  return findings;
};

function firstSignal({ cli }: Patient, request: StreamRequest): Promise<StreamSignal> {
  return new Promise(resolve => {
    const stream = cli.connection().openStream(request, signal => {
      // A handle may not be there yet when the first signal comes at once.
      queueMicrotask(() => stream.close());
      resolve(signal);
    });
  });
}

function judged(what: string, signal: StreamSignal): Finding {
  if (signal.kind !== 'closed') return ok(what, 'the stream opens');
  const fix = 'it takes read-job in that namespace by name, or node read; sirocco policy prints the policy';
  if (signal.reason === 'silent' || /denied/i.test(signal.message))
    return fail('denied', what, `silent: ${signal.message}`, fix);
  return warn(what, `not proved: ${signal.message}`);
}
