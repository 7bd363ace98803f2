/** What publishing offers to the rest: one observer of everything that happens, and one page of metrics. */

import type { Summary } from '../controller/types.ts';
import type { Observer } from '../daemon/types.ts';

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export interface Publisher extends Observer {
  /** The metrics of this instant; without a summary only what was counted. */
  page(summary: Summary | undefined): Promise<MetricsPage>;
}
