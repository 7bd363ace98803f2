/** Every route there is. */

import { health } from './health.ts';
import { metrics } from './metrics.ts';
import type { Route } from './route.ts';
import { status } from './status.ts';

export const routes: readonly Route[] = [health, metrics, status];
