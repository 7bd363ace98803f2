/** Everything that is told to people and monitors, behind one observer. */

import type { Log } from '../world/types.ts';
import { createMetrics, type MetricsOptions } from './metrics.ts';
import { publishNote } from './notes.ts';
import type { Publisher } from './types.ts';

/** A publisher that logs to `log` and counts in a registry of its own. */
export function createPublisher(log: Log, options: MetricsOptions): Publisher {
  const metrics = createMetrics(options);
  return {
    note: note => publishNote(note, log, metrics),
    request: sample => metrics.request(sample),
    page: summary => metrics.page(summary),
  };
}
