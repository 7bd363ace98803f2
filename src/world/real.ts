/** The world as it is: the machine's clocks, timers, chance and log. */

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';
import { SiroccoError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { createLog, type LogOptions } from './log.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import type { Clock, LogLevel, Timers, World } from './types.ts';

/** A longer `setTimeout` fires at once. */
const longestTimerMs = 2 ** 31 - 1;

export const realClock: Clock = {
  wall: () => Date.now(),
  mono: () => performance.now(),
};

/** Timers that keep the process alive until they fire or are cancelled; delays past 24 days are cut to that. */
export const realTimers: Timers = {
  after: (ms, fn) => {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), longestTimerMs));
    return () => clearTimeout(timer);
  },
};

type Env = Readonly<Record<string, string | undefined>>;

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

const secretVariables = ['NOMAD_TOKEN', 'CONSUL_HTTP_TOKEN', 'VAULT_TOKEN'];

export interface RealWorld extends World {
  /** What the log must never show: add a token that was read elsewhere than in the environment. */
  readonly secrets: Secrets;
}

/** The real world, with a log of the options given. */
export function createWorld(options: LogOptions): RealWorld {
  const secrets = options.secrets ?? createSecrets();
  return {
    ...realClock,
    ...realTimers,
    log: createLog({ ...options, secrets }),
    bytes: n => new Uint8Array(randomBytes(n)),
    secrets,
  };
}

/**
 * What the environment says of the log: its level from `SIROCCO_LOG_LEVEL`, `info` without, and the tokens to keep out.
 * @throws SiroccoError SIR-500 for a level that there is not.
 */
export function logOptions(env: Env): { readonly level: LogLevel; readonly secrets: Secrets } {
  const secrets = createSecrets();
  for (const name of secretVariables) secrets.add(env[name]);
  const auth = env['NOMAD_HTTP_AUTH'];
  secrets.add(auth?.slice(auth.indexOf(':') + 1));
  return { level: levelOf(env['SIROCCO_LOG_LEVEL']), secrets };
}

function levelOf(text: string | undefined): LogLevel {
  if (text === undefined || text === '') return 'info';
  const found = levels.find(level => level === text.toLowerCase());
  if (found !== undefined) return found;
  const didYouMean = nearest(text, levels);
  throw new SiroccoError({
    code: 'SIR-500',
    message: `SIROCCO_LOG_LEVEL is "${text}", which is no level`,
    key: 'SIROCCO_LOG_LEVEL',
    found: text,
    allowed: levels.join(', '),
    ...(didYouMean !== undefined && { didYouMean }),
  });
}
