import { errorTable } from '../../src/base/errors.ts';
import { code, type Page, page, table } from './page.ts';

const meanings: Readonly<Record<number, string>> = {
  0: 'done, or passed',
  1: 'deviated: the target was not healthy again in time',
  2: 'usage, or invalid input',
  3: 'refused: a gate, a limit, or no target',
  4: 'aborted or halted',
  5: 'failed',
  6: 'stuck: something could not be put back',
  7: 'Nomad can’t be reached',
  8: 'denied: the token lacks a right',
  130: 'interrupted by the keyboard',
};

export function exitCodes(): Page {
  const errors = Object.entries(errorTable);
  const strange = errors.filter(([, { exit }]) => meanings[exit] === undefined);
  if (strange.length > 0)
    throw new RangeError(`exit codes without a meaning: ${strange.map(([name]) => name).join(', ')}`);
  const rows = Object.entries(meanings).map(([number, meaning]) => [
    number,
    meaning,
    errors
      .filter(([, { exit }]) => exit === Number(number))
      .map(([name]) => `[${code(name)}](errors.md#${name.toLowerCase()})`)
      .join(', '),
  ]);
  return page('docs/reference/exit-codes.md', 'Exit codes', '`src/base/errors.ts`', [
    'Every command ends with one of these, so that scripts need not read its words.',
    table(['Exit code', 'Meaning', 'Errors'], rows),
  ]);
}
