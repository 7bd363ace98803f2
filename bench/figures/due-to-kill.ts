/** From the instant that a schedule is due until its kill leaves, and arrives: the whole controller on an embedded Nomad. */

import { formatTime } from '../../src/base/time.ts';
import { until } from '../../test/support/until.ts';
import { bareCalls } from '../cluster/bare-calls.ts';
import { instant } from '../cluster/clock.ts';
import { startController } from '../cluster/controller.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../cluster/embedded.ts';
import { createNomad, waitingJob } from '../cluster/nomad.ts';
import type { Bench, Figure, Measure } from '../figure.ts';
import { median, quantile } from '../samples.ts';
