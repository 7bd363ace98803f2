import { errorTable, SiroccoError } from '../../base/errors.ts';
import { maxBlocking, watchedKinds } from '../../controller/watch.ts';
import type { Cli } from '../cli.ts';
import { type Check, type Finding, fail, type Level, type Patient, type Trouble, warn } from '../doctor/check.ts';
import { checkClock, checkConnection, checkToken, checkVersion } from '../doctor/connection.ts';
import { reportResidue } from '../doctor/residue-report.ts';
import { checkNamespace, checkScope } from '../doctor/rights.ts';
import { checkHalts, checkLimits, checkLock, checkMarkers, checkResidue } from '../doctor/state.ts';
import { checkStreams } from '../doctor/streams.ts';
import { managedNamespaces } from '../namespaces.ts';
import { plain } from '../output.ts';
import { needsOf } from '../policy/needs.ts';
import type { Command } from './command.ts';

interface Options {
  readonly residue?: boolean;
}

/** What keeps Sirocco from working, and what to do about it. */
export const doctor: Command = {
  name: 'doctor',
  register(program, cli) {
    program
      .command('doctor')
      .description('looks for what keeps Sirocco from working: Nomad, rights, streams, limits, lock, halts, open runs')
      .option(
        '--residue',
        'what is left in the cluster of any run, by records and by marks in Nomad: exits 6 where something is',
      )
      .action((options: Options) => cli.run(() => run(cli, options)));
  },
};

/** From the gravest. */
const exits: Readonly<Record<Trouble, number>> = {
  unreachable: errorTable['SIR-400'].exit,
  denied: errorTable['SIR-401'].exit,
  stuck: errorTable['SIR-301'].exit,
  broken: errorTable['SIR-300'].exit,
};

async function run(cli: Cli, { residue = false }: Options): Promise<number> {
  if (residue) return reportResidue(cli);
  const { home } = cli.settings();
  const findings = await examine(cli);
  const value = findings.map(({ trouble: _, ...shown }) => shown);
  cli.output.value({ home, findings: value }, () => linesOf(cli, findings).join('\n'));
  const troubles = findings.flatMap(each => each.trouble ?? []);
  const worst = (Object.keys(exits) as Trouble[]).find(each => troubles.includes(each));
  return worst === undefined ? 0 : exits[worst];
}

async function examine(cli: Cli): Promise<readonly Finding[]> {
  const nomad = cli.nomad();
  const findings: Finding[] = [...(await checkConnection(nomad))];
  if (findings.some(each => each.level === 'fail')) return findings;
  findings.push(...(await checkVersion(nomad)), ...(await checkToken(nomad, cli)), ...(await checkClock(nomad, cli)));
  const patient = await patientOf(cli);
  if ('level' in patient) return [...findings, patient];
  const { needs, namespaces } = patient;
  const rights: readonly Check[] = [
    ...needs.namespaces.map(checkNamespace),
    ...needs.scopes.map(checkScope),
    checkStreams,
    checkMarkers,
  ];
  const state: readonly Check[] = [checkLimits, checkLock, checkHalts, checkResidue];
  for (const check of [...rights, ...state]) findings.push(...(await check(patient)));
  if (namespaces.length * watchedKinds.length > maxBlocking) {
    const message = `${namespaces.length} namespaces are more than can be watched: some are polled every 2 s`;
    findings.push(warn('watches', message, 'name fewer with --namespaces'));
  }
  return findings;
}

/** What is to be looked at, or why it can't be known. */
async function patientOf(cli: Cli): Promise<Patient | Finding> {
  const settings = cli.settings();
  const nomad = cli.nomad();
  const { home, prefix } = settings;
  try {
    const namespaces = await managedNamespaces(nomad, settings);
    const managed = settings.namespaces ?? namespaces.filter(each => each !== home);
    const needs = needsOf({
      home,
      prefix,
      namespaces: managed,
      faults: [...cli.catalog.values()],
      globs: true,
      nodes: true,
    });
    return { cli, nomad, settings, namespaces, needs };
  } catch (error) {
    if (!(error instanceof SiroccoError)) throw error;
    return fail(error.code === 'SIR-401' ? 'denied' : 'broken', 'namespaces', error.message, error.hint);
  }
}

/** What to do once, below the last of those that it helps. */
function linesOf(cli: Cli, findings: readonly Finding[]): readonly string[] {
  return findings.flatMap((each, i) => {
    const { fix } = each;
    return fix === undefined || findings[i + 1]?.fix === fix
      ? [line(cli, each)]
      : [line(cli, each), `     ${plain(fix)}`];
  });
}

function line({ output: { color } }: Cli, { level, what, message }: Finding): string {
  const shown: Readonly<Record<Level, string>> = {
    ok: color.green('ok  '),
    warn: color.yellow('warn'),
    fail: color.red('FAIL'),
  };
  return `${shown[level]} ${plain(what)}: ${plain(message)}`;
}
