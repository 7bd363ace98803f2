/** What commander says of a command line that it can't read, as errors of ours. */

import type { CommanderError } from 'commander';
import { SiroccoError } from '../base/errors.ts';

/** Help and version were printed, and nothing is wrong: they end a command line early. */
export function isHelp(error: CommanderError): boolean {
  return error.exitCode === 0;
}

/** No command was given, and commander has printed the help in place of an error. */
export function isHelpAsError(error: CommanderError): boolean {
  return error.code === 'commander.help';
}

/** The error in our form; commander's guess becomes `did_you_mean`. */
export function usageError(error: CommanderError): SiroccoError {
  const text = error.message.replace(/^error: /, '');
  const [, said = text, guess] = /^(.*?)\s*\(Did you mean (?:one of )?(.*?)\?\)$/su.exec(text) ?? [];
  const [, message = said, allowed] = /^(.*?)\. Allowed choices are (.*?)\.$/su.exec(said) ?? [];
  return new SiroccoError({
    code: 'SIR-500',
    message: message.trim(),
    ...(allowed === undefined ? {} : { allowed }),
    ...(guess === undefined ? {} : { didYouMean: guess }),
  });
}

/** A usage error that a command finds itself. */
export function usage(
  message: string,
  more: { key?: string; found?: string; allowed?: string; didYouMean?: string } = {},
) {
  return new SiroccoError({ code: 'SIR-500', message, ...more });
}
