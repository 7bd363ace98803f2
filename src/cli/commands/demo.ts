import { Option } from 'commander';
import { play } from '../demo/play.ts';
import { readPort } from '../demo/port.ts';
import type { Command } from './command.ts';

/** The newcomer's first minute. */
export const demo: Command = {
  name: 'demo',
  register(program, cli) {
    program
      .command('demo')
      .description('starts an embedded Nomad with real services, breaks them, and tells what happens')
      .option('--stay', 'keep everything up until Ctrl-C')
      .addOption(new Option('--port <port>', 'port of the embedded Nomad; 0: any that is free').default('0'))
      .action((options: { stay?: boolean; port: string }) =>
        cli.run(async () => play(cli, { stay: options.stay === true, port: readPort(options.port) })),
      );
  },
};
