import { z } from 'zod';
import { formatDuration } from '../base/duration.ts';
import { durationUnit, latency } from './expect/fields.ts';
import { formatInterval, isMet } from './expect/interval.ts';
import { address, timeout } from './parameters.ts';
import type { Probe } from './probe.ts';
import { judged, unanswered } from './result.ts';

const parameters = z.strictObject({
  address: address({ help: 'Where to connect to; nothing is sent.' }),
  timeout: timeout().default(5_000),
});

const expectations = z.strictObject({
  latency: latency({ help: 'From the question to the connection, the lookup of the name included.' }).optional(),
});

/** Connects, and closes the connection at once. */
export const tcp: Probe<z.infer<typeof parameters>, z.infer<typeof expectations>> = {
  name: 'tcp',
  summary: 'Connects to a port, sends nothing, and judges whether and how fast that works.',
  parameters,
  shorthand: 'address',
  expectations,
  permissions: [],
  example: { with: { address: 'db.internal:5432', timeout: '1s' }, expect: { latency: '< 50ms' } },

  ask: ({ address: asked, timeout: timeoutMs }) => ({ op: 'tcp', address: asked, timeoutMs }),

  judge(_, expect, answer) {
    if (answer.kind !== 'tcp') return unanswered(answer);
    const { latencyMs } = answer;
    const took = formatDuration(latencyMs);
    const isFast = expect.latency === undefined || isMet(expect.latency, latencyMs);
    const why = isFast ? undefined : `it took ${took}, not ${formatInterval(expect.latency ?? {}, durationUnit)}`;
    return judged(`connected in ${took}`, why, { latencyMs });
  },
};
