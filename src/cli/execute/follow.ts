/** A run that a controller carries out by request, watched to its end. */

import { SiroccoError } from '../../base/errors.ts';
import type { Cli } from '../cli.ts';
import { listenForInterrupts, sleep } from '../interrupts.ts';
import { pollMs, readable, silentMs } from '../requests/answer.ts';
import { rejection, unanswered, type Written, withdraw, writeRequest } from '../requests/write.ts';
import { readRun, runOf } from '../runs/records.ts';
import { answerLines, recordLines } from './progress.ts';

type Items = Readonly<Record<string, string>>;

/**
 * `left`: it goes on without this command, or nobody goes on with it. `timeout`: so it is with what a controller does; what
 * this command does itself was ended first, and its items say how. `unseen`: this token may not read the answer.
 */
export type Followed =
  | { readonly kind: 'over'; readonly items: Items }
  | { readonly kind: 'left'; readonly items: Items | undefined; readonly isAlone?: true }
  | { readonly kind: 'timeout'; readonly items: Items | undefined }
  | { readonly kind: 'unseen' };

/** Follows a request until its run is over. A SiroccoError where it was rejected, or nobody answered within 15 s. */
export async function follow(cli: Cli, written: Written, timeoutMs: number): Promise<Followed> {
  const interrupts = listenForInterrupts(cli);
  const teller = createTeller(cli);
  const begun = cli.clock.mono();
  let isEnding = false;
  try {
    for (;;) {
      const items = await readable(cli, written);
      if (items === 'denied') return { kind: 'unseen' };
      if (items?.['state'] === 'rejected') throw rejection(items);
      if (items !== undefined) await teller(items);
      if (items?.['state'] === 'done') return { kind: 'over', items };
      const waited = cli.clock.mono() - begun;
      if (items === undefined && waited > silentMs) throw await unanswered(cli, written, silentMs);
      if (interrupts.count() > 1) return { kind: 'left', items };
      if (interrupts.count() === 1 && !isEnding) {
        isEnding = true;
        if (!(await askForEnd(cli, written, items))) return { kind: 'left', items };
      }
      if (waited > timeoutMs) return { kind: 'timeout', items };
      await sleep(cli, pollMs);
    }
  } finally {
    interrupts.off();
  }
}

/** Ctrl-C: the run is to end in order. False: there is none, and none will be. */
async function askForEnd(cli: Cli, written: Written, items: Items | undefined): Promise<boolean> {
  const run = items?.['run'];
  if (run === undefined) {
    const isGone = await withdraw(cli, written);
    cli.output.say(isGone ? 'the request was taken back' : 'the request can not be taken back: it may still be taken');
    return !isGone;
  }
  await writeRequest(cli, written.namespace, { action: 'abort', run, reason: 'interrupted at the terminal' });
  cli.output.say(
    `asked for the end of ${run}: what is in force is undone first; Ctrl-C again leaves it to the controller`,
  );
  return true;
}

/** On a terminal each thing that happens is a line; the record tells more than the answer, to those who may read it. */
function createTeller(cli: Cli): (items: Items) => Promise<void> {
  const said = new Set<string>();
  let isReadable = true;
  const tell = (lines: readonly string[]) => {
    for (const line of lines) {
      if (said.has(line)) continue;
      said.add(line);
      cli.output.say(line);
    }
  };
  return async items => {
    if (!cli.output.interactive) return;
    tell(answerLines(items));
    const { run, phase } = items;
    if (!isReadable || run === undefined || phase === undefined) return;
    try {
      const stored = await readRun(cli.nomad(), cli.settings(), run);
      const found = stored === undefined ? undefined : runOf(stored);
      if (found !== undefined) tell(recordLines(found));
    } catch (error) {
      if (!(error instanceof SiroccoError)) throw error;
      isReadable = false;
    }
  };
}
