// Written by `npm run generate` from the files of this folder.

import { allocKill } from './alloc-kill.ts';
import { allocRestart } from './alloc-restart.ts';
import { allocStop } from './alloc-stop.ts';
import type { AnyFault } from './fault.ts';
import { nodeIneligible } from './node-ineligible.ts';

export const faults: readonly AnyFault[] = [allocKill, allocRestart, allocStop, nodeIneligible];
