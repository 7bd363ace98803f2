/** The command line: wires everything, prints errors once, ends with an exit code that scripts can use. */

import tab from '@bomb.sh/tab/commander';
import { Command, CommanderError } from 'commander';
import { secretReads } from '../daemon/secret-reads.ts';
import type { Connection } from '../daemon/types.ts';
import { catalogOf } from '../faults/catalog.ts';
import { faults } from '../faults/index.ts';
import { createClient } from '../nomad/client.ts';
import { withRetry } from '../nomad/retry.ts';
import { probes } from '../probes/index.ts';
import { probesOf } from '../probes/reading.ts';
import { gates } from '../safety/index.ts';
import { createSecrets } from '../world/secrets.ts';
import type { Cli, Environment } from './cli.ts';
import { commands } from './commands/index.ts';
import { createOutput, type Sink } from './output.ts';
import { type Parts, realParts } from './parts.ts';
import { addSettings, formatIn, nomadFlags, settingsOf } from './settings.ts';
import { isHelp, isHelpAsError, usageError } from './usage.ts';
import { version } from './version.ts';

export interface Process {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: Cli['stdin'];
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** Runs one command line; answers its exit code. */
export async function main(process_: Process, parts: Parts = realParts): Promise<number> {
  const { argv, env, stdout, stderr, stdin } = process_;
  const output = createOutput(stdout, stderr, env);
  output.format = formatIn(argv);
  const program = new Command('sirocco');
  const secrets = createSecrets();
  const opened: { connection?: Connection } = {};
  let exitCode = 0;

  const connection = () => {
    const flags = nomadFlags(program);
    secrets.add(flags.token ?? env['NOMAD_TOKEN']);
    const { prefix } = settingsOf(program, env);
    const { add } = secrets;
    opened.connection ??= secretReads(parts.connect(env, flags), { prefix, add, timers: parts.clock });
    return opened.connection;
  };
  const cli: Cli = {
    env,
    output,
    stdin,
    clock: parts.clock,
    catalog: parts.catalog ?? catalogOf(faults, probesOf(probes)),
    gates,
    signals: parts.signals,
    settings: () => settingsOf(program, env),
    nomad: () => {
      const { send, close } = connection();
      const chance = () => (parts.clock.bytes(1)[0] ?? 0) / 256;
      const repeated = withRetry(send, { clock: parts.clock, timers: parts.clock, chance });
      return createClient({ send: repeated, close: async () => close() });
    },
    connection,
    world: options => parts.world({ ...options, secrets }),
    async run(action) {
      try {
        exitCode = await action();
      } catch (error) {
        exitCode = output.error(error);
      } finally {
        await opened.connection?.close();
      }
    },
  };

  program
    .description('Chaos engineering that lives inside HashiCorp Nomad')
    .version(version, '-V, --version')
    .usage('COMMAND [options]')
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      outputError: () => {},
    })
    .exitOverride();
  addSettings(program);
  program.addHelpText('afterAll', ({ command }) =>
    command === program ? '' : '\nsirocco help lists the settings that every command takes.',
  );
  for (const command of commands) command.register(program, cli);
  tab(program, { completionCommandName: 'completion' });

  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return output.error(error);
    if (isHelp(error)) return 0;
    return isHelpAsError(error) ? 2 : output.error(usageError(error));
  }
  return exitCode;
}
