import type { Cli } from '../cli.ts';
import { findRun } from '../runs/find.ts';
import { isOpen, readRuns, runOf, type StoredRun } from '../runs/records.ts';
import { runItems, runsTable, runText } from '../runs/text.ts';
import type { Command } from './command.ts';

interface Options {
  readonly open?: boolean;
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
      .action((id: string | undefined, options: Options) =>
        cli.run(() => (id === undefined ? list(cli, options) : show(cli, id))),
      );
  },
};

async function list(cli: Cli, { open = false }: Options): Promise<number> {
  const settings = cli.settings();
  const { givenNamespace } = settings;
  const isAsked = (each: StoredRun) =>
    (!open || isOpen(each)) &&
    (givenNamespace === undefined ||
      givenNamespace === '*' ||
      (runOf(each)?.namespace ?? namespaceIn(each.id)) === givenNamespace);
  const found = (await readRuns(cli.nomad(), settings)).filter(isAsked);
  cli.output.value(found.map(runItems), () =>
    found.length === 0 ? `no ${open ? 'open ' : ''}run is on record` : runsTable(found),
  );
  return 0;
}

/** Of a run whose record can't be read: its id begins with the namespace. */
function namespaceIn(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('_')));
}

async function show(cli: Cli, id: string): Promise<number> {
  const found = await findRun(cli, id);
  cli.output.value(runItems(found), () => runText(found, cli.catalog));
  return 0;
}
