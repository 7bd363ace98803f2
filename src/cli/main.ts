/** Runs the command line of this process. */

import { main } from './program.ts';

const { argv, env, stdin, stdout, stderr } = process;
process.exitCode = await main({ argv: argv.slice(2), env, stdin, stdout, stderr });
