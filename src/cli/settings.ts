/** Settings that all commands share, from the command line and the environment. */

import type { Command } from 'commander';
import { Option } from 'commander';
import { type Problem, SiroccoError } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import type { NomadFlags } from '../nomad/config.ts';
import type { Environment } from './cli.ts';
import { type Format, formats } from './output.ts';

export interface Settings {
  /** The namespace of the controller. */
  readonly home: string;
  /** First part of the paths of our Variables. */
  readonly prefix: string;
  /** The managed ones; absent: those that the token can list. */
  readonly namespaces?: readonly string[];
  /** Of commands that take one: `--namespace`, then NOMAD_NAMESPACE, then `default`. */
  readonly namespace: string;
  /** Only where `--namespace` named it: a variable of the environment narrows no halt. */
  readonly givenNamespace?: string;
  readonly region?: string;
  /** Of Nomad, only where `--address` gave it. */
  readonly address?: string;
}

interface Options {
  readonly output: Format;
  readonly home?: string;
  readonly prefix?: string;
  readonly namespaces?: string;
  readonly namespace?: string;
  readonly address?: string;
  readonly region?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly caCert?: string;
  readonly caPath?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly tlsServerName?: string;
  readonly tlsSkipVerify?: boolean;
}

/** Adds the options that every command takes. */
export function addSettings(program: Command): void {
  const group = 'Settings of every command:';
  const nomad = 'Nomad, as the nomad command line has them:';
  const add = (heading: string, option: Option) => program.addOption(option.helpGroup(heading));
  add(group, new Option('--output <format>', 'how to print results').choices(formats).default('table'));
  add(group, new Option('--home <namespace>', 'the namespace of the controller (SIROCCO_HOME; sirocco)'));
  add(group, new Option('--prefix <path>', 'first part of the paths of our Variables (SIROCCO_PREFIX; chaos)'));
  add(
    group,
    new Option(
      '--namespaces <list>',
      'managed namespaces, comma-separated (SIROCCO_NAMESPACES; those that the token can list)',
    ),
  );
  add(group, new Option('--namespace <name>', 'the namespace that the command is about (NOMAD_NAMESPACE; default)'));
  add(nomad, new Option('--address <url>', 'NOMAD_ADDR; default http://127.0.0.1:4646'));
  add(nomad, new Option('--region <name>', 'NOMAD_REGION'));
  add(nomad, new Option('--token <secret>', "NOMAD_TOKEN, which other users of this machine can't see"));
  add(nomad, new Option('--token-file <path>', 'NOMAD_TOKEN_FILE'));
  add(nomad, new Option('--ca-cert <path>', 'NOMAD_CACERT'));
  add(nomad, new Option('--ca-path <path>', 'NOMAD_CAPATH'));
  add(nomad, new Option('--client-cert <path>', 'NOMAD_CLIENT_CERT'));
  add(nomad, new Option('--client-key <path>', 'NOMAD_CLIENT_KEY'));
  add(nomad, new Option('--tls-server-name <name>', 'NOMAD_TLS_SERVER_NAME'));
  add(nomad, new Option('--tls-skip-verify', 'NOMAD_SKIP_VERIFY'));
}

/** The format that the command line asks for, also where the rest of it can't be read. */
export function formatIn(argv: readonly string[]): Format {
  let found: string | undefined;
  for (const [i, word] of argv.entries()) {
    if (word === '--') break;
    if (word === '--output') found = argv[i + 1];
    else if (word.startsWith('--output=')) found = word.slice('--output='.length);
  }
  return formats.find(format => format === found) ?? 'table';
}

/** The settings of the options that were read. A SiroccoError (SIR-500) with every one that can't be. */
export function settingsOf(program: Command, env: Environment): Settings {
  const options = program.opts<Options>();
  const set = (name: string) => fromEnv(env, name);
  const home = options.home ?? set('SIROCCO_HOME') ?? 'sirocco';
  const prefix = options.prefix ?? set('SIROCCO_PREFIX') ?? 'chaos';
  const list = options.namespaces ?? set('SIROCCO_NAMESPACES');
  const namespaces = list === undefined ? undefined : listOf(list);
  const given = options.namespace;
  const region = options.region ?? set('NOMAD_REGION');
  const problems = [
    ...namespaceProblems('--home', [home]),
    ...namespaceProblems('--namespaces', namespaces ?? ['default']),
    ...(given === undefined || given === '*' ? [] : namespaceProblems('--namespace', [given])),
    ...prefixProblems(prefix),
  ];
  const [first, ...more] = problems;
  if (first !== undefined) throw new SiroccoError(first, more);
  return {
    home,
    prefix,
    ...(namespaces === undefined ? {} : { namespaces }),
    namespace: given ?? set('NOMAD_NAMESPACE') ?? 'default',
    ...(given === undefined ? {} : { givenNamespace: given }),
    ...(region === undefined ? {} : { region }),
    ...(options.address === undefined ? {} : { address: options.address }),
  };
}

/** A variable of the environment; an empty one counts as not set, as for the nomad command line. */
export function fromEnv(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

/** The connection flags among the options. */
export function nomadFlags(program: Command): NomadFlags {
  const { address, region, token, tokenFile, caCert, caPath, clientCert, clientKey, tlsServerName, tlsSkipVerify } =
    program.opts<Options>();
  const flags = {
    address,
    region,
    token,
    tokenFile,
    caCert,
    caPath,
    clientCert,
    clientKey,
    tlsServerName,
    tlsSkipVerify,
  };
  return Object.fromEntries(Object.entries(flags).filter(([, each]) => each !== undefined));
}

/** A comma-separated list, without blanks and doubles. */
export function listOf(text: string): readonly string[] {
  const words = text.split(',').map(each => each.trim());
  return [...new Set(words.filter(each => each !== ''))];
}

function namespaceProblems(key: string, names: readonly string[]): readonly Problem[] {
  const allowed = 'names of namespaces: 1 to 128 of a-z, A-Z, 0-9 and -, no globs';
  if (names.length === 0) return [{ code: 'SIR-500', key, message: `${key}: the list is empty`, allowed }];
  return names
    .filter(name => !/^[A-Za-z0-9-]{1,128}$/.test(name))
    .map(name => {
      const found = shown(name);
      return { code: 'SIR-500', key, message: `${key}: \`${found}\` is no namespace`, found, allowed };
    });
}

function prefixProblems(prefix: string): readonly Problem[] {
  if (/^[A-Za-z0-9_~-]+(?:\/[A-Za-z0-9_~-]+)*$/.test(prefix) && prefix.length <= 32) return [];
  const found = shown(prefix);
  const allowed = 'a path of at most 32 characters without / at its ends, such as chaos';
  return [
    { code: 'SIR-500', key: '--prefix', message: `--prefix: \`${found}\` is no path of a Variable`, found, allowed },
  ];
}
