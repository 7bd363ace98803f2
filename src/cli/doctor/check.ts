/** What one look of `doctor` answers. */

import type { NomadClient } from '../../nomad/client.ts';
import type { Cli } from '../cli.ts';
import type { Needs } from '../policy/needs.ts';
import type { Settings } from '../settings.ts';

export type Level = 'ok' | 'warn' | 'fail';

/** What a failure means for the exit code, the gravest first. */
export type Trouble = 'unreachable' | 'denied' | 'stuck' | 'broken';

export interface Finding {
  readonly level: Level;
  /** What was looked at, such as `Nomad` or `default: read-job`. */
  readonly what: string;
  readonly message: string;
  /** What to do, where something is to be done. */
  readonly fix?: string;
  readonly trouble?: Trouble;
}

export interface Patient {
  readonly cli: Cli;
  readonly nomad: NomadClient;
  readonly settings: Settings;
  /** Home first. */
  readonly namespaces: readonly string[];
  readonly needs: Needs;
}

/** One group of looks. Throws nothing but bugs: what can't be looked at is a finding. */
export type Check = (patient: Patient) => Promise<readonly Finding[]>;

export function ok(what: string, message: string): Finding {
  return { level: 'ok', what, message };
}

export function warn(what: string, message: string, fix?: string): Finding {
  return { level: 'warn', what, message, ...(fix === undefined ? {} : { fix }) };
}

export function fail(trouble: Trouble, what: string, message: string, fix?: string): Finding {
  return { level: 'fail', what, message, trouble, ...(fix === undefined ? {} : { fix }) };
}
