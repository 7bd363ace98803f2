/** Identifiers in the shape of UUIDs, drawn from a seeded stream: the same seed names the same objects. */

import type { Random } from '../../base/random.ts';

const hex = (random: Random, digits: number): string => {
  let text = '';
  for (let left = digits; left > 0; left -= 4) text += random.below(65536).toString(16).padStart(4, '0');
  return text;
};

/** The next identifier of a stream: 36 characters, lower case. */
export function nextId(random: Random): string {
  return `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 12)}`;
}
