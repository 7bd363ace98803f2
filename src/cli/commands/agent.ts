import { parentId, parentJob } from '../../agent/parent.ts';
import { SiroccoError } from '../../base/errors.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { NomadNode } from '../../nomad/types.ts';
import type { Cli } from '../cli.ts';
import type { Command } from './command.ts';

interface Options {
  readonly command: string;
  readonly state?: string;
  readonly print?: true;
}

/** The host agent's jobs. */
export const agent: Command = {
  name: 'agent',
  register(program, cli) {
    program
      .command('agent')
      .description('the host agent: `agent install` registers the job that brings it to a node')
      .command('install')
      .description("registers the agent's parameterized job for each node, in home, by your own token")
      .argument('<node...>', 'ids, the first eight of an id, or names')
      .option('--command <path>', "the agent's binary on the nodes", '/usr/local/bin/sirocco-agent')
      .option('--state <path>', 'folder of its journals on the nodes; default: /var/lib/sirocco-agent')
      .option('--print', 'prints the jobs, and registers nothing')
      .action((nodes: readonly string[], options: Options) => cli.run(() => install(cli, nodes, options)));
  },
};

interface Installed {
  readonly node: string;
  readonly name: string;
  readonly job: string;
  readonly changed: boolean;
}

async function install(cli: Cli, words: readonly string[], options: Options): Promise<number> {
  const { command, state, print } = options;
  assertAbsolute('--command', command);
  if (state !== undefined) assertAbsolute('--state', state);
  const { home } = cli.settings();
  const nomad = cli.nomad();
  const all = await nomad.listNodes();
  const nodes = words.map(word => nodeOf(all, word));
  const jobs = nodes.map(({ ID }) => parentJob({ node: ID, home, command, ...(state === undefined ? {} : { state }) }));
  if (print) {
    cli.output.value(jobs.length === 1 ? jobs[0] : jobs, () => JSON.stringify(jobs, undefined, 2));
    return 0;
  }
  const done: Installed[] = [];
  for (const [n, { ID: node, Name: name }] of nodes.entries()) {
    const changed = await register(nomad, home, jobs[n] ?? {});
    done.push({ node, name, job: parentId(node), changed });
  }
  cli.output.value({ namespace: home, installed: done }, () =>
    done
      .map(each => `${each.name} (${each.node.slice(0, 8)}): ${each.job} ${each.changed ? 'registered' : 'as it was'}`)
      .join('\n'),
  );
  return 0;
}

function assertAbsolute(key: string, found: string): void {
  if (found.startsWith('/')) return;
  const message = `${key}: \`${found}\` is no absolute path`;
  throw new SiroccoError({ code: 'SIR-104', key, message, found, allowed: 'an absolute path' });
}

/** The one node that a word means. */
function nodeOf(all: readonly NomadNode[], word: string): NomadNode {
  const found = all.filter(({ ID, Name }) => ID === word || Name === word || (word.length >= 8 && ID.startsWith(word)));
  const [node] = found;
  if (node !== undefined && found.length === 1) return node;
  const names = all.map(({ Name, ID }) => `${Name} (${ID.slice(0, 8)})`).join(', ');
  throw new SiroccoError({
    code: 'SIR-104',
    key: 'node',
    message: found.length === 0 ? `no node is \`${word}\`` : `\`${word}\` may be any of ${found.length} nodes`,
    found: word,
    allowed: names === '' ? 'a node that can be seen: there is none' : names,
  });
}

/** Registers a job, and tells whether that changed it. */
async function register(
  nomad: NomadClient,
  namespace: string,
  Job: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const id = String(Job['ID']);
  const before = await nomad.readJob(namespace, id);
  await nomad.ask({ method: 'PUT', path: '/v1/jobs', namespace, body: { Job }, kind: 'job_register' });
  const after = await nomad.readJob(namespace, id);
  if (after === undefined) {
    throw new SiroccoError({ code: 'SIR-402', message: `job ${id} of ${namespace} was registered, and is not there` });
  }
  return before?.Version !== after.Version || before.Stop !== after.Stop;
}
