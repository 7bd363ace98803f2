/** How to reach Nomad: the environment and flags of the nomad command line, read once, without touching files. */

import { type Problem, SiroccoError } from '../base/errors.ts';
import { type NomadAddress, readAddress } from './address.ts';

export interface NomadConfig {
  readonly address: NomadAddress;
  readonly token: TokenSetting;
  /** Absent: Nomad's own default. */
  readonly namespace?: string;
  readonly region?: string;
  readonly tls: TlsSetting;
  readonly httpAuth?: { readonly username: string; readonly password: string };
}

/** Where the token is; nothing set: none is sent. */
export interface TokenSetting {
  readonly value?: string;
  readonly file?: string;
  /** `must`: an unreadable file is an error. `may`: the file of a task's identity, used when it is there and, with a value, when it begins with the same. */
  readonly fileUse?: 'must' | 'may';
  /** The variable or flag that names the file, for errors. */
  readonly fileKey?: string;
}

/** Paths of PEM files, and whom to expect. */
export interface TlsSetting {
  readonly caCert?: string;
  readonly caPath?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly serverName?: string;
  readonly skipVerify: boolean;
}

/** Flags of a command line; each goes before its variable. */
export interface NomadFlags {
  readonly address?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly namespace?: string;
  readonly region?: string;
  readonly caCert?: string;
  readonly caPath?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly tlsServerName?: string;
  readonly tlsSkipVerify?: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The connection that environment and flags name. An empty variable counts as not set, as for the nomad command line.
 * Inside a task `NOMAD_UNIX_ADDR` (the Task API) serves where no address was given, and the task's own token file where it
 * is kept. A SiroccoError with every bad value at once; a token or password is never part of it.
 */
export function nomadConfig(env: Env, flags: NomadFlags = {}): NomadConfig {
  const problems: Problem[] = [];
  const set = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  const [addressKey, addressText] =
    flags.address !== undefined
      ? ['--address', flags.address]
      : set('NOMAD_ADDR') !== undefined
        ? ['NOMAD_ADDR', set('NOMAD_ADDR')]
        : ['NOMAD_UNIX_ADDR', set('NOMAD_UNIX_ADDR')];
  const read = readAddress(addressKey, addressText ?? 'http://127.0.0.1:4646');
  if ('problem' in read) problems.push(read.problem);
  const httpAuth = authOf(set('NOMAD_HTTP_AUTH')) ?? ('problem' in read ? undefined : read.httpAuth);
  const namespace = flags.namespace ?? set('NOMAD_NAMESPACE');
  const region = flags.region ?? set('NOMAD_REGION');
  const config = {
    address: 'problem' in read ? fallback : read.address,
    token: tokenOf(flags, set, problems),
    tls: tlsOf(flags, set, problems),
    ...(namespace === undefined ? {} : { namespace }),
    ...(region === undefined ? {} : { region }),
    ...(httpAuth === undefined ? {} : { httpAuth }),
  };
  const [first, ...more] = problems;
  if (first !== undefined) throw new SiroccoError(first, more);
  return config;
}

const fallback: NomadAddress = { origin: 'http://127.0.0.1:4646' };

type Lookup = (name: string) => string | undefined;

function authOf(text: string | undefined): NomadConfig['httpAuth'] {
  if (text === undefined) return undefined;
  const colon = text.indexOf(':');
  return colon < 0
    ? { username: text, password: '' }
    : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A flag goes first, then a file that was named, then the value; the task's own file comes beside the value. */
function tokenOf(flags: NomadFlags, set: Lookup, problems: Problem[]): TokenSetting {
  if (flags.token !== undefined) return value('--token', flags.token, problems);
  if (flags.tokenFile !== undefined) return { file: flags.tokenFile, fileUse: 'must', fileKey: '--token-file' };
  const file = set('NOMAD_TOKEN_FILE');
  if (file !== undefined) return { file, fileUse: 'must', fileKey: 'NOMAD_TOKEN_FILE' };
  const text = set('NOMAD_TOKEN');
  const secrets = set('NOMAD_SECRETS_DIR');
  return {
    ...(text === undefined ? {} : value('NOMAD_TOKEN', text, problems)),
    ...(secrets === undefined
      ? {}
      : { file: `${secrets}/nomad_token`, fileUse: 'may' as const, fileKey: 'NOMAD_SECRETS_DIR' }),
  };
}

function value(key: string, text: string, problems: Problem[]): TokenSetting {
  const token = text.trim();
  if (isToken(token)) return { value: token };
  problems.push({
    code: 'SIR-500',
    key,
    message: `${key}: not a token: it is empty, or holds blanks or control characters`,
    allowed: 'the secret of a Nomad ACL token, or a workload identity',
  });
  return {};
}

/** Whether a text can be a token: printable ASCII without blanks, so that it fits a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function tlsOf(flags: NomadFlags, set: Lookup, problems: Problem[]): TlsSetting {
  const text = {
    caCert: flags.caCert ?? set('NOMAD_CACERT'),
    caPath: flags.caPath ?? set('NOMAD_CAPATH'),
    clientCert: flags.clientCert ?? set('NOMAD_CLIENT_CERT'),
    clientKey: flags.clientKey ?? set('NOMAD_CLIENT_KEY'),
    serverName: flags.tlsServerName ?? set('NOMAD_TLS_SERVER_NAME'),
  };
  if ((text.clientCert === undefined) !== (text.clientKey === undefined)) {
    const [there, missing] =
      text.clientKey === undefined
        ? ['NOMAD_CLIENT_CERT', 'NOMAD_CLIENT_KEY']
        : ['NOMAD_CLIENT_KEY', 'NOMAD_CLIENT_CERT'];
    problems.push({
      code: 'SIR-500',
      key: missing,
      message: `${missing} is missing: ${there} is set, and each needs the other`,
      allowed: 'both a client certificate and its key, or neither',
    });
  }
  const given = Object.fromEntries(Object.entries(text).filter(([, each]) => each !== undefined));
  return { ...given, skipVerify: flags.tlsSkipVerify ?? boolOf(set, problems) };
}

/** The words that Go reads as a boolean, since the nomad command line does. */
function boolOf(set: Lookup, problems: Problem[]): boolean {
  const text = set('NOMAD_SKIP_VERIFY');
  if (text === undefined || ['0', 'f', 'F', 'false', 'False', 'FALSE'].includes(text)) return false;
  if (['1', 't', 'T', 'true', 'True', 'TRUE'].includes(text)) return true;
  const meant = /^(?:y|yes|on)$/i.test(text) ? 'true' : /^(?:n|no|off)$/i.test(text) ? 'false' : undefined;
  problems.push({
    code: 'SIR-500',
    key: 'NOMAD_SKIP_VERIFY',
    message: `NOMAD_SKIP_VERIFY: \`${text}\` is not true or false`,
    found: text,
    allowed: 'true, false, 1, 0, t, f',
    ...(meant === undefined ? {} : { didYouMean: meant }),
  });
  return false;
}
