/** Every page that is written from the code. */

import { errors } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { faultPage } from './faults.ts';
import { gatePage } from './gates.ts';
import { keys } from './keys.ts';
import { limits } from './limits.ts';
import { metrics } from './metrics.ts';
import type { Page } from './page.ts';
import { probePage } from './probes.ts';
import { schema } from './schema.ts';
import { states } from './states.ts';
import { undoByHand } from './undo-by-hand.ts';

export function pages(): readonly Page[] {
  return [
    errors(),
    exitCodes(),
    faultPage(),
    gatePage(),
    keys(),
    limits(),
    metrics(),
    probePage(),
    schema(),
    states(),
    undoByHand(),
  ];
}
