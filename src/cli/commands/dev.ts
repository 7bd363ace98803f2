import { Option } from 'commander';
import { readPort } from '../demo/port.ts';
import { openStage } from '../demo/stage.ts';
import type { Command } from './command.ts';

/** An embedded Nomad to try things on, with the nomad CLI or with ours. */
export const dev: Command = {
  name: 'dev',
  register(program, cli) {
    program
      .command('dev')
      .description('leaves an embedded Nomad at an address that the nomad CLI can talk to, until Ctrl-C')
      .addOption(new Option('--port <port>', 'port to listen on; 0: any that is free').default('4646'))
      .addOption(new Option('--nodes <count>', 'client nodes').default('3'))
      .option('--services', 'with the services of the demo on it')
      .action((options: { port: string; nodes: string; services?: boolean }) =>
        cli.run(async () => {
          const { home } = cli.settings();
          const stopped = new Promise<void>(resolve => {
            for (const signal of ['SIGINT', 'SIGTERM'] as const) cli.signals.on(signal, () => resolve());
          });
          const nodes = Math.max(1, Math.min(10_000, Number.parseInt(options.nodes, 10) || 3));
          const world = cli.world({ level: 'warn' });
          const stage = await openStage({
            world,
            port: readPort(options.port),
            nodes,
            home,
            jobs: options.services === true,
          });
          cli.output.text(`export NOMAD_ADDR=${stage.embedded.address}`);
          cli.output.say(
            `an embedded Nomad with ${nodes} nodes listens there until Ctrl-C; in another terminal: sirocco controller`,
          );
          await stopped;
          await stage.close();
          return 0;
        }),
      );
  },
};
