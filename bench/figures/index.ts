/** All figures, in the order in which they are run. */

import type { Figure } from '../figure.ts';
import { dueToKill } from './due-to-kill.ts';
import { fold } from './fold.ts';
import { ingest } from './ingest.ts';
import { memory } from './memory.ts';

export const figures: readonly Figure[] = [ingest, dueToKill, memory, fold];
