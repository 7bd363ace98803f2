import { SiroccoError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Cli } from '../cli.ts';
import { type Halt, haltWords, readHalt } from '../halts.ts';
import { type Leader, leaderWords, readLeader } from '../leader.ts';
import { askedNamespaces } from '../namespaces.ts';
import { pairs, plain, table } from '../output.ts';
import { advice, readSchedule, readSchedules, type ScheduleStatus, stateWords } from '../status/schedules.ts';
import { eachOf } from '../variables.ts';
import type { Command } from './command.ts';

/** What the controller answered to schedules. */
export const status: Command = {
  name: 'status',
  register(program, cli) {
    program
      .command('status')
      .description('shows the leader, halts, and the state of all schedules, or of one in full')
      .argument('[name]', 'a schedule')
      .action((name: string | undefined) => cli.run(() => (name === undefined ? all(cli) : one(cli, name))));
  },
};

async function all(cli: Cli): Promise<number> {
  const settings = cli.settings();
  const nomad = cli.nomad();
  const namespaces = await askedNamespaces(nomad, settings);
  const now = cli.clock.wall();
  const leader = await readLeader(nomad, settings);
  const places = [...new Set([settings.home, ...namespaces])];
  const halts = (await eachOf(places, each => readHalt(nomad, settings.prefix, each, now))).filter(
    each => each !== undefined,
  );
  const schedules = (await eachOf(namespaces, each => readSchedules(nomad, settings, each))).flat();
  const value = {
    leader: leader === undefined ? null : { holder: leader.holder, term: leader.term },
    halts: halts.map(({ namespace, reason, by, until, inForce }) => ({
      namespace,
      reason,
      by,
      until,
      in_force: inForce,
    })),
    schedules: schedules.map(itemsOf),
  };
  cli.output.value(value, () => overview(leader, halts, schedules, settings.home));
  return 0;
}

function itemsOf({ namespace, name, items, specIndex }: ScheduleStatus): object {
  return { namespace, name, ...items, ...(specIndex === undefined ? {} : { spec_index: specIndex }) };
}

function overview(
  leader: Leader | undefined,
  halts: readonly Halt[],
  schedules: readonly ScheduleStatus[],
  home: string,
): string {
  const lines = [`Leader: ${leaderWords(leader)}`];
  for (const halt of halts) {
    const where = halt.namespace === home ? 'everywhere' : `in namespace ${halt.namespace}`;
    lines.push(`${halt.inForce ? 'HALTED' : 'Halt that is over,'} ${where} ${haltWords(halt)}`);
  }
  const head = lines.map(plain).join('\n');
  if (schedules.length === 0) return `${head}\n\nno schedule is written in these namespaces`;
  const headings = ['NAMESPACE', 'NAME', 'STATE', 'NEXT RUN', 'LAST VERDICT', 'REASON', 'RECOVERY', 'MISSED'];
  const rows = schedules.map(each => {
    const { items, namespace, name } = each;
    const cells = ['next_run', 'last_verdict', 'last_reason', 'last_recovery', 'missed'].map(key => items[key] ?? '-');
    return [namespace, name, stateWords(each), ...cells];
  });
  const errors = schedules.flatMap(({ namespace, name, items }) =>
    items['error'] === undefined
      ? items['reason'] === 'waiting_for_approval'
        ? [plain(`${namespace}/${name}: ${items['message'] ?? 'it waits for an approval'}`)]
        : []
      : [plain(`${namespace}/${name}: ${items['error_code'] ?? ''} ${items['error']}`)],
  );
  return [head, table(headings, rows), ...(errors.length === 0 ? [] : [errors.join('\n')])].join('\n\n');
}

async function one(cli: Cli, name: string): Promise<number> {
  const settings = cli.settings();
  const nomad = cli.nomad();
  const named = settings.givenNamespace ?? cli.env['NOMAD_NAMESPACE'];
  const places = named === undefined || named === '*' ? await askedNamespaces(nomad, settings) : [named];
  let denied: SiroccoError | undefined;
  const found = (
    await eachOf(places, async each => {
      try {
        return await readSchedule(nomad, settings, each, name);
      } catch (error) {
        // Where one may not look is no reason to hide what is found elsewhere.
        if (!(error instanceof SiroccoError) || error.code !== 'SIR-401') throw error;
        denied = error;
        return undefined;
      }
    })
  ).filter(each => each !== undefined);
  if (found.length === 0) throw denied ?? (await notFound(cli, places, name));
  const value = found.length === 1 && found[0] !== undefined ? itemsOf(found[0]) : found.map(itemsOf);
  cli.output.value(value, () => found.map(detail).join('\n\n'));
  return 0;
}

function detail(found: ScheduleStatus): string {
  const { namespace, name, items } = found;
  const told = advice(found);
  const { state: _, ...rest } = items;
  return pairs([
    ['name', name],
    ['namespace', namespace],
    ['state', stateWords(found)],
    ...Object.entries(rest),
    ...(told === undefined ? [] : [['note', told] as const]),
  ]);
}

async function notFound(cli: Cli, places: readonly string[], name: string): Promise<SiroccoError> {
  const all = await eachOf(places, each => readSchedules(cli.nomad(), cli.settings(), each));
  const near = nearest(
    name,
    all.flat().map(each => each.name),
  );
  return new SiroccoError({
    code: 'SIR-304',
    message: `no schedule ${name} is written in ${places.length === 1 ? `namespace ${places[0]}` : places.join(', ')}`,
    key: 'name',
    found: name,
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}
