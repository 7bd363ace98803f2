/** What can never be undone, since what was harmed is gone for good: given up by a person, where Nomad says the same. */

import type { Cli } from '../cli.ts';
import { cannotFollow, finalAnswer } from '../requests/answer.ts';
import { writeRequest } from '../requests/write.ts';

/** Who says so, and why. */
export function goneWords(cli: Cli, reason: string | undefined): string {
  const who = cli.env['USER'] ?? cli.env['LOGNAME'] ?? '';
  return [who, reason ?? 'it is gone for good'].filter(each => each !== '').join(': ');
}

/**
 * Asks the controller that acts, by a request in home. A SiroccoError where it was rejected, as SIR-307 where nothing of
 * the run is gone, or where nobody answered within 15 s.
 */
export async function giveUpByRequest(cli: Cli, run: string, reason: string): Promise<number> {
  const { home } = cli.settings();
  const written = await writeRequest(cli, home, { action: 'give-up', run, reason });
  const answer = await finalAnswer(cli, written);
  cli.output.value({ request: written.id, namespace: home, run, ...answer }, () =>
    answer === undefined
      ? `${run}: asked to give up what is gone\n${cannotFollow(written)}`
      : `${run}: ${answer['message'] ?? 'given up'}`,
  );
  return 0;
}
