/** All figures, in the order in which they are run. */

import type { Figure } from '../figure.ts';
import { fold } from './fold.ts';
import { ingest } from './ingest.ts';
import { memory } from './memory.ts';

export const figures: readonly Figure[] = [ingest, memory, fold];
