/** The log: one JSON object a line, written at once, with nothing secret in it. */

import pino from 'pino';
import { createSecrets, mask, type Secrets } from './secrets.ts';
import type { Log, LogLevel } from './types.ts';

/** Where lines go. */
export interface LogSink {
  write(line: string): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Fields of every line, such as the instance's name and version. */
  readonly base?: Readonly<Record<string, string>>;
  /** Shared with whoever reads tokens; a set of its own when absent. */
  readonly secrets?: Secrets;
  /** Default: standard error, apart from what a command prints, and at once, since a buffered line is lost with its process. */
  readonly sink?: LogSink;
}

const secretKeys = [
  'token',
  'nomad_token',
  'NOMAD_TOKEN',
  'secret',
  'secret_id',
  'SecretID',
  'password',
  'authorization',
  'Authorization',
  '["x-nomad-token"]',
  '["X-Nomad-Token"]',
];

/** A `*` of a redaction path stands for one level only, so each depth is a path of its own. */
const depths = ['', '*', '*.*', '*.*.*'];

const paths = depths.flatMap(depth =>
  secretKeys.map(key => (depth === '' || key.startsWith('[') ? `${depth}${key}` : `${depth}.${key}`)),
);

/**
 * A log of the level given and above. Values under keys that hold secrets are masked whatever they are;
 * values that `secrets` knows are masked wherever they stand, in messages, URLs and errors too.
 */
export function createLog(options: LogOptions): Log {
  const secrets = options.secrets ?? createSecrets();
  const sink = options.sink ?? standardError();
  const logger = pino(
    {
      level: options.level,
      base: options.base ?? {},
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths, censor: mask },
    },
    { write: (line: string) => sink.write(secrets.scrub(line)) },
  );
  return wrap(logger);
}

function standardError(): LogSink {
  const destination = pino.destination({ dest: 2, sync: true });
  // Whoever read the log is gone: there is nobody left to tell, and a controller must outlive its reader.
  destination.on('error', () => {});
  return destination;
}

/** Children are made of fields alone: a child with a redaction of its own would lose its parent's. */
function wrap(logger: pino.Logger): Log {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: fields => wrap(logger.child(fields)),
  };
}
