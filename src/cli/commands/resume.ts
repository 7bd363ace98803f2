import { SiroccoError } from '../../base/errors.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { Cli } from '../cli.ts';
import { type Halt, haltPath, haltWords, readHalt } from '../halts.ts';
import { managedNamespaces } from '../namespaces.ts';
import type { Settings } from '../settings.ts';
import { eachOf } from '../variables.ts';
import type { Command } from './command.ts';

/** Lifts a halt. */
export const resume: Command = {
  name: 'resume',
  register(program, cli) {
    program
      .command('resume')
      .description('lifts the halt of all namespaces, or that of one with --namespace')
      .action(() => cli.run(() => run(cli)));
  },
};

async function run(cli: Cli): Promise<number> {
  const settings = cli.settings();
  const { prefix, home } = settings;
  const namespace = settings.givenNamespace ?? home;
  const nomad = cli.nomad();
  const now = cli.clock.wall();
  const was = await readHalt(nomad, prefix, namespace, now);
  if (was !== undefined) {
    await nomad.deleteVariable(namespace, haltPath(prefix), was.index);
    const after = await readHalt(nomad, prefix, namespace, now);
    if (after !== undefined)
      throw new SiroccoError({
        code: 'SIR-403',
        message: `the halt of ${namespace} was lifted, and another was written at once, ${haltWords(after)}`,
      });
  }
  const others = await otherHalts(nomad, settings, namespace, now);
  const scope = namespace === home ? 'all namespaces' : `namespace ${namespace}`;
  const left = others.map(({ namespace: of, reason, by, until }) => ({ namespace: of, reason, by, until }));
  cli.output.value({ namespace, path: haltPath(prefix), changed: was !== undefined, still_halted: left }, () => {
    const did = was === undefined ? 'no halt was there' : `the halt was lifted, which was ${haltWords(was)}`;
    const still = others.map(each =>
      each.namespace === home
        ? `Still halted: all namespaces, ${haltWords(each)}. Lifted by: sirocco resume`
        : `Still halted: namespace ${each.namespace}, ${haltWords(each)}. Lifted by: sirocco resume --namespace ${each.namespace}`,
    );
    const next =
      others.length === 0
        ? ['Schedules start again with their next tick; nothing that was undone is done again.']
        : still;
    return [`${scope}: ${did}`, ...next].join('\n');
  });
  return 0;
}

/** Halts that are left in force: home's for one namespace; for all, those of namespaces that the token can see. */
async function otherHalts(
  nomad: NomadClient,
  settings: Settings,
  namespace: string,
  now: number,
): Promise<readonly Halt[]> {
  const places = namespace === settings.home ? await visible(nomad, settings) : [settings.home];
  const all = await eachOf(
    places.filter(each => each !== namespace),
    each => readHalt(nomad, settings.prefix, each, now).catch(ignoreDenied),
  );
  return all.filter(each => each !== undefined).filter(each => each.inForce);
}

async function visible(nomad: NomadClient, settings: Settings): Promise<readonly string[]> {
  return managedNamespaces(nomad, settings).catch(error => ignoreDenied(error) ?? []);
}

/** What may not be read is not told about: the halt itself was lifted. */
function ignoreDenied(error: unknown): undefined {
  if (error instanceof SiroccoError && error.code === 'SIR-401') return undefined;
  throw error;
}
