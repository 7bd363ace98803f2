/** All figures, in the order in which they are run. */

import type { Figure } from '../figure.ts';
import { crowded } from './crowded.ts';
import { dueToKill } from './due-to-kill.ts';
import { fold } from './fold.ts';
import { haltToUndone } from './halt-to-undone.ts';
import { ingest } from './ingest.ts';
import { memory } from './memory.ts';
import { nowToKill } from './now-to-kill.ts';
import { seeds } from './seeds.ts';

export const figures: readonly Figure[] = [ingest, dueToKill, crowded, nowToKill, haltToUndone, memory, fold, seeds];
