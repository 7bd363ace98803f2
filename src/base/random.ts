/** Chance from a seed: one stream a name, so that one more draw from one shifts no other. */

import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole number in [0, n). */
  below(n: number): number;
}

/**
 * A stream of numbers for a seed and a name: SHA-256 of both, then sfc32.
 * The same words give the same numbers in every release: recorded seeds repeat a choice.
 */
export function stream(seed: string, name: string): Random {
  const hash = sha256(utf8ToBytes(`${seed.length}:${seed}${name}`));
  const words = new Uint32Array(hash.buffer, hash.byteOffset, 4);
  let [a, b, c, d] = [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0];
  const next32 = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i += 1) next32();
  const next = () => next32() / 4294967296;
  return { next, below: n => Math.floor(next() * n) };
}
