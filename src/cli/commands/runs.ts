import { SiroccoError } from '../../base/errors.ts';
import type { RunSummary } from '../../lifecycle/history.ts';
import type { Cli } from '../cli.ts';
import { findRun } from '../runs/find.ts';
import { readHistory, summaryDetails, summaryItems, summaryRow } from '../runs/history.ts';
import { isOpen, readRuns, runOf, type StoredRun } from '../runs/records.ts';
import { runItems, runsTable, runText } from '../runs/text.ts';
import type { Command } from './command.ts';

interface Options {
  readonly open?: boolean;
  readonly all?: boolean;
}

/** The runs on record, or one of them in full. */
export const runs: Command = {
  name: 'runs',
  register(program, cli) {
    program
      .command('runs')
      .description('lists the runs on record, or shows one: what it did, saw, undid and found')
      .argument('[id]', 'a run')
      .option('--open', 'only runs that are not over')
      .option('--all', 'also old ones, of which only a summary is kept')
      .action((id: string | undefined, options: Options) =>
        cli.run(() => (id === undefined ? list(cli, options) : show(cli, id))),
      );
  },
};

async function list(cli: Cli, { open = false, all = false }: Options): Promise<number> {
  const settings = cli.settings();
  const { givenNamespace } = settings;
  const isAsked = (each: StoredRun) =>
    (!open || isOpen(each)) &&
    (givenNamespace === undefined ||
      givenNamespace === '*' ||
      (runOf(each)?.namespace ?? namespaceIn(each.id)) === givenNamespace);
  const found = (await readRuns(cli.nomad(), settings)).filter(isAsked);
  const ids = new Set(found.map(each => each.id));
  const isWanted = (each: RunSummary) =>
    !ids.has(each.run) && (givenNamespace === undefined || givenNamespace === '*' || each.namespace === givenNamespace);
  const old = all && !open ? (await readHistory(cli.nomad(), settings)).filter(isWanted) : [];
  cli.output.value([...found.map(runItems), ...old.map(summaryItems)], () =>
    found.length + old.length === 0
      ? `no ${open ? 'open ' : ''}run is on record`
      : runsTable(found, old.map(summaryRow)),
  );
  return 0;
}

/** Of a run whose record can't be read: its id begins with the namespace. */
function namespaceIn(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('_')));
}

async function show(cli: Cli, id: string): Promise<number> {
  try {
    const found = await findRun(cli, id);
    cli.output.value(runItems(found), () => runText(found, cli.catalog));
  } catch (error) {
    if (!(error instanceof SiroccoError) || error.code !== 'SIR-303') throw error;
    const summary = (await historyIfAllowed(cli)).find(each => each.run === id);
    if (summary === undefined) throw error;
    cli.output.value(summaryItems(summary), () => summaryDetails(summary));
  }
  return 0;
}

/** Who may read records, and no history, is told that the run is not on record. */
async function historyIfAllowed(cli: Cli): Promise<readonly RunSummary[]> {
  try {
    return await readHistory(cli.nomad(), cli.settings());
  } catch (error) {
    if (error instanceof SiroccoError && error.code === 'SIR-401') return [];
    throw error;
  }
}
