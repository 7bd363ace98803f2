/** The code under test. */

import { createController } from '../../src/controller/step.ts';
import { catalogOf } from '../../src/faults/catalog.ts';
import { faults } from '../../src/faults/index.ts';
import { gates } from '../../src/safety/index.ts';
import type { Subject } from './types.ts';

/** The project's own, as it is. */
export function ownSubject(): Subject {
  return { createController, parts: { catalog: catalogOf(faults), gates } };
}
