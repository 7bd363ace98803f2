import { Option } from 'commander';
import type { ControllerOptions } from '../controller/run.ts';
import type { Command } from './command.ts';

const levels = ['debug', 'info', 'warn', 'error'];

/** The daemon. */
export const controller: Command = {
  name: 'controller',
  register(program, cli) {
    program
      .command('controller')
      .description('runs the controller: takes schedules, does what they say, and puts things back')
      .option('--listen <host:port>', 'HTTP interface (SIROCCO_LISTEN, NOMAD_ADDR_http; 127.0.0.1:9646)')
      .option('--name <name>', 'the name of this instance (SIROCCO_NAME)')
      .addOption(
        new Option('--log-level <level>', 'the least that is logged (SIROCCO_LOG_LEVEL; info)').choices(levels),
      )
      .option('--drain', 'take nothing new: undo every open run, say when it is safe to stop, and end (SIROCCO_DRAIN)')
      .option('--drain-on-stop', 'undo everything at SIGTERM, also where the job runs on (SIROCCO_DRAIN_ON_STOP)')
      .action((options: ControllerOptions) =>
        cli.run(async () => {
          // A server and metrics that no other command needs: they are a good part of a start.
          const { runController } = await import('../controller/run.ts');
          return runController(cli, options);
        }),
      );
  },
};
