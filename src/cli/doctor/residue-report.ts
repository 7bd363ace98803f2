/** `sirocco doctor --residue`: what is left of any run, in words and as a value. */

import { errorTable, SiroccoError } from '../../base/errors.ts';
import type { Cli } from '../cli.ts';
import { isLockHeld, readLeader } from '../leader.ts';
import { plain, table } from '../output.ts';
import { readRuns } from '../runs/records.ts';
import { timeText } from '../times.ts';
import { type Judgement, judge, keyOf, type Remnant } from './residue.ts';
import { lookForMarks, type Unseen } from './residue-look.ts';

interface Report extends Judgement {
  readonly unseen: readonly Unseen[];
}

/** Exits 0 where nothing is left, 6 where something is, 8 where part could not be looked at and no more is known. */
export async function reportResidue(cli: Cli): Promise<number> {
  const report = await sureOf(cli);
  const { residue, inForce, unseen } = report;
  const { home } = cli.settings();
  const value = {
    home,
    residue: residue.map(shownAs),
    in_force: inForce.map(shownAs),
    not_looked_at: unseen,
  };
  cli.output.value(value, () => textOf(report));
  if (residue.length > 0) return errorTable['SIR-301'].exit;
  return unseen.length > 0 ? errorTable['SIR-401'].exit : 0;
}

/**
 * Runs begin and end while we look, and records and marks are not read at one instant: residue is only what a second
 * look finds too.
 */
async function sureOf(cli: Cli): Promise<Report> {
  const first = await lookOnce(cli);
  if (first.residue.length === 0) return first;
  const second = await lookOnce(cli);
  const before = new Set(first.residue.map(keyOf));
  return { ...second, residue: second.residue.filter(each => before.has(keyOf(each))) };
}

async function lookOnce(cli: Cli): Promise<Report> {
  const settings = cli.settings();
  const nomad = cli.nomad();
  const unseen: Unseen[] = [];
  const leads = await denied(unseen, 'lock', () => leading(cli));
  if (leads === undefined && unseen.length === 0)
    unseen.push({ what: 'lock', message: 'whether a controller holds it can not be seen with this token' });
  const runs = await denied(unseen, 'run records', () => readRuns(nomad, settings));
  const look = await lookForMarks(nomad, settings);
  const { home, prefix } = settings;
  const found = judge({
    runs,
    look,
    leads,
    catalog: cli.catalog,
    home,
    prefix,
  });
  return { ...found, unseen: [...unseen, ...look.unseen] };
}

async function denied<T>(unseen: Unseen[], what: string, see: () => Promise<T>): Promise<T | undefined> {
  try {
    return await see();
  } catch (error) {
    if (!(error instanceof SiroccoError) || error.code !== 'SIR-401') throw error;
    unseen.push({ what, message: error.message });
    return undefined;
  }
}

async function leading(cli: Cli): Promise<boolean | undefined> {
  const leader = await readLeader(cli.nomad(), cli.settings());
  if (leader === undefined) return false;
  return leader.held ?? (await isLockHeld(cli.nomad(), cli.settings()));
}

function shownAs({ what, where, run, since, why, byHand }: Remnant): object {
  return {
    what,
    where,
    ...(run === undefined ? {} : { run }),
    ...(since === undefined ? {} : { since: timeText(since) }),
    why,
    by_hand: byHand,
  };
}

function textOf({ residue, inForce, unseen }: Report): string {
  const parts = [
    residue.length === 0 ? 'nothing is left of any run' : `Left behind\n${tableOf(residue)}`,
    residue.length === 0
      ? ''
      : ['Undo by hand, in this order', ...residue.map(each => `  ${plain(each.byHand)}`)].join('\n'),
    inForce.length === 0 ? '' : `In force, held by open runs\n${tableOf(inForce)}`,
    unseen.length === 0
      ? ''
      : ['Not looked at', ...unseen.map(({ what, message }) => `  ${plain(what)}: ${plain(message)}`)].join('\n'),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

function tableOf(remnants: readonly Remnant[]): string {
  const headings = ['WHAT', 'WHERE', 'RUN', 'SINCE', 'WHY'];
  return table(
    headings,
    remnants.map(({ what, where, run = '-', since, why }) => [what, where, run, timeText(since), why]),
  );
}
