/** What other runs hold of the blast radius while they are open. */

import type { GateContext, Reservation } from '../gate.ts';

/** The reservations of all other runs. */
export function othersOf({ reservations, run }: GateContext): readonly Reservation[] {
  return reservations.filter(held => held.run !== run);
}
