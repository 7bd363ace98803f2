/** All figures, in the order in which they are run. */

import type { Figure } from '../figure.ts';
import { ingest } from './ingest.ts';

export const figures: readonly Figure[] = [ingest];
