/** The line that raises a limit: exact, for pasting. */

import type { GateContext } from '../gate.ts';

/**
 * `nomad var put …` with the limit set to `value`. It replaces the whole Variable, so all other items are in it as they
 * are; `-force` because the line doesn't know the index.
 */
export function raiseLine({ home, prefix = 'chaos', limits }: GateContext, key: string, value: number): string {
  const items = Object.entries({ ...limits.items, [key]: String(value) });
  const words = items.map(([name, text]) => quoted(`${name}=${text}`));
  return `nomad var put -namespace=${home} -force ${prefix}/control/limits ${words.join(' ')}`;
}

function quoted(word: string): string {
  return /^[\w=.,:/%+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
