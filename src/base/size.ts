/** Sizes as people write them (`512MiB`), in bytes inside. */

import { misread, type Reading, read } from './reading.ts';

const units: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
};

const allowedWords = 'a size such as 512MiB (B, KiB, MiB, GiB, TiB, or kB, MB, GB, TB)';

/** Reads a size into whole bytes. Never throws. */
export function parseSize(text: string): Reading<number> {
  const [, number, word = ''] = /^(\d{1,16}(?:\.\d{1,6})?)([A-Za-z]{1,3})$/.exec(text) ?? [];
  const unit = Object.hasOwn(units, word) ? units[word] : undefined;
  if (number === undefined || unit === undefined) return misread(text, 'a size', allowedWords, meant(text));
  const bytes = Number(number) * unit;
  if (!Number.isSafeInteger(bytes)) return misread(text, 'a whole number of bytes', allowedWords);
  return read(bytes);
}

/** A size in the biggest binary unit that comes out whole. */
export function formatSize(bytes: number): string {
  for (const word of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    const unit = units[word] ?? 1;
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${word}`;
  }
  return `${bytes}B`;
}

/** Bare numbers and `512M`, `512 mib`: memory is counted in binary units in Nomad. */
function meant(text: string): string | undefined {
  const [, number, letter] = /^\s*(\d{1,16}(?:\.\d{1,6})?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  return `${number}${letter ? `${letter.toUpperCase()}iB` : 'MiB'}`;
}
