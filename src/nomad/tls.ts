/** TLS as the nomad command line sets it up. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, getCACertificates } from 'node:tls';
import { SiroccoError } from '../base/errors.ts';
import type { TlsSetting } from './config.ts';

export interface TlsOptions {
  readonly ca: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/**
 * Reads the files that the setting names. Authorities given replace the system's; a file goes before a folder.
 * A SiroccoError (SIR-501) that names the variable and the path where one can't be read or is no PEM.
 */
export function tlsOptions({ caCert, caPath, clientCert, clientKey, serverName, skipVerify }: TlsSetting): TlsOptions {
  const options = {
    ca: authorities(caCert, caPath),
    ...(clientCert === undefined ? {} : { cert: readPem('NOMAD_CLIENT_CERT', clientCert) }),
    ...(clientKey === undefined ? {} : { key: readPem('NOMAD_CLIENT_KEY', clientKey) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: !skipVerify,
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw bad(
      clientCert === undefined ? 'NOMAD_CACERT' : 'NOMAD_CLIENT_CERT',
      clientCert ?? caCert ?? caPath ?? '',
      `TLS can't be set up with it: ${messageOf(error)}`,
      error,
    );
  }
  return options;
}

function authorities(caCert: string | undefined, caPath: string | undefined): string[] {
  if (caCert !== undefined) return [readPem('NOMAD_CACERT', caCert)];
  if (caPath !== undefined) return folder(caPath);
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

function folder(path: string): string[] {
  try {
    const files = readdirSync(path)
      .map(name => join(path, name))
      .filter(file => statSync(file).isFile());
    const all = files.map(file => readPem('NOMAD_CAPATH', file));
    if (all.length === 0) throw bad('NOMAD_CAPATH', path, 'the folder has no files');
    return all;
  } catch (error) {
    if (error instanceof SiroccoError) throw error;
    throw bad('NOMAD_CAPATH', path, messageOf(error), error);
  }
}

function readPem(key: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw bad(key, file, messageOf(error), error);
  }
  if (!/-----BEGIN [A-Z ]+-----/.test(text)) throw bad(key, file, 'it is no PEM file');
  return text;
}

function bad(key: string, found: string, why: string, cause?: unknown): SiroccoError {
  const allowed = key === 'NOMAD_CAPATH' ? 'a folder of PEM files' : 'the path of a PEM file';
  return new SiroccoError({ code: 'SIR-501', key, message: `${key}: ${found}: ${why}`, found, allowed }, [], { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
