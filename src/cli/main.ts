/** Runs the command line of this process. */

import { main } from './program.ts';

const { argv, env, stdin, stdout, stderr } = process;
// Whoever reads our output may stop reading, as `head` does: then there is nothing left to do.
stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await main({ argv: argv.slice(2), env, stdin, stdout, stderr });
