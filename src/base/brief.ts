/** Texts that stay small wherever they are kept. */

/** One printable line of at most `most` bytes as a JSON string without its quotes; what is cut ends in `…`. */
export function brief(text: string, most = 200): string {
  // More signs than bytes fit nowhere.
  const line = text
    .slice(0, most + 1)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ')
    .trim();
  const signs = [...line];
  let bytes = 0;
  let kept = 0;
  for (const [i, sign] of signs.entries()) {
    bytes += bytesOf(sign);
    if (bytes > most) break;
    if (bytes <= most - ellipsis.bytes) kept = i + 1;
    if (i === signs.length - 1 && text.length <= most + 1) return line;
  }
  return `${signs.slice(0, kept).join('')}${text === '' || line === '' ? '' : ellipsis.sign}`;
}

const ellipsis = { sign: '…', bytes: 3 };

function bytesOf(sign: string): number {
  const point = sign.codePointAt(0) ?? 0;
  if (sign === '"' || sign === '\\') return 2;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
}
