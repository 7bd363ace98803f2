/** The command line: wires everything, prints errors once, ends with an exit code that scripts can use. */

import { Command, CommanderError, Option } from 'commander';
import { SiroccoError } from '../base/errors.ts';
import { createClient, type NomadClient } from '../nomad/client.ts';
import { nomadConfig } from '../nomad/config.ts';
import { createTransport } from '../nomad/transport.ts';
import { createWorld } from '../world/real.ts';
import type { Cli, Environment, Settings } from './cli.ts';
import { commands } from './commands/index.ts';
import { createOutput, type Format, formats, type Sink } from './output.ts';
import { version } from './version.ts';

export interface Process {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** Runs one command line; answers its exit code. */
export async function main(process_: Process): Promise<number> {
  const { env, stdout, stderr, stdin } = process_;
  const output = createOutput(stdout, stderr, env);
  const program = new Command('sirocco');
  let client: NomadClient | undefined;
  let exitCode = 0;

  const settings = (): Settings => {
    const options = program.opts<{ home: string; prefix: string; namespaces?: string; namespace?: string }>();
    const list = options.namespaces
      ?.split(',')
      .map(each => each.trim())
      .filter(each => each !== '');
    return {
      home: options.home,
      prefix: options.prefix,
      ...(list === undefined ? {} : { namespaces: list }),
      namespace: options.namespace ?? env['NOMAD_NAMESPACE'] ?? 'default',
    };
  };
  const cli: Cli = {
    env,
    output,
    stdin,
    world: createWorld(env),
    settings,
    nomad() {
      client ??= createClient(createTransport(nomadConfig(env)));
      return client;
    },
    async run(action) {
      try {
        exitCode = await action();
      } catch (error) {
        exitCode = output.error(error);
      } finally {
        await client?.close();
      }
    },
    interrupted: () =>
      new Promise(resolve => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
      }),
  };

  program
    .description('Chaos engineering that lives inside HashiCorp Nomad')
    .version(version, '-V, --version')
    .addOption(new Option('--output <format>', 'how to print').choices(formats).default('table'))
    .addOption(
      new Option('--home <namespace>', 'the namespace of the controller').env('SIROCCO_HOME').default('sirocco'),
    )
    .addOption(
      new Option('--prefix <path>', 'first part of the paths of our Variables').env('SIROCCO_PREFIX').default('chaos'),
    )
    .addOption(
      new Option(
        '--namespaces <list>',
        'managed namespaces, comma-separated; default: those that the token can list',
      ).env('SIROCCO_NAMESPACES'),
    )
    .addOption(new Option('--namespace <name>', 'the namespace of this command (NOMAD_NAMESPACE, default)'))
    .showHelpAfterError('(sirocco help COMMAND tells more)')
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: text => stdout.write(text), writeErr: text => stderr.write(text) })
    .exitOverride()
    .hook('preAction', () => {
      output.format = program.opts<{ output: Format }>().output;
    });
  for (const command of commands) command.register(program, cli);

  try {
    await program.parseAsync([...process_.argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return output.error(error instanceof SiroccoError ? error : error);
  }
  return exitCode;
}
