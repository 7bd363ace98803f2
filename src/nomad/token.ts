/** The token as it is now: a workload identity's file is written anew before the old one ends. */

import { readFileSync, statSync } from 'node:fs';
import { SiroccoError } from '../base/errors.ts';
import type { Clock } from '../world/types.ts';
import { isToken, type TokenSetting } from './config.ts';

/** Between looks at the file. */
const lookEveryMs = 1_000;

export interface TokenSource {
  /** The token to send; undefined: none. Looks at the file at most once a second. */
  current(): string | undefined;
  /** Reads the file again at once; whether the token is another one now. */
  refresh(): boolean;
}

/** A source by its setting. A SiroccoError (SIR-501) when a file that was named can't be read, or holds no token. */
export function createTokenSource(setting: TokenSetting, clock: Pick<Clock, 'mono'>): TokenSource {
  const { file } = setting;
  let token = setting.value;
  if (file === undefined) return { current: () => token, refresh: () => false };
  let stamp = stampOf(file);
  let lookedAt = clock.mono();
  const first = readToken(file);
  if (setting.fileUse === 'must') {
    if (!('token' in first)) throw unreadable(setting, first.why);
    token = first.token;
  } else {
    const found = 'token' in first ? first.token : undefined;
    // A value that is not the identity's was set by somebody on purpose.
    if (setting.value !== undefined && setting.value !== found) return { current: () => token, refresh: () => false };
    token = found;
  }

  const refresh = (): boolean => {
    lookedAt = clock.mono();
    stamp = stampOf(file);
    const next = readToken(file);
    // A file that is just being replaced is read at the next look; until then the old token may still be good.
    if (!('token' in next) || next.token === token) return false;
    token = next.token;
    return true;
  };

  return {
    current: () => {
      if (clock.mono() - lookedAt >= lookEveryMs) {
        lookedAt = clock.mono();
        if (stampOf(file) !== stamp) refresh();
      }
      return token;
    },
    refresh,
  };
}

/** Changes with the file: a rotated one may have the length and, within a second, the time of the old. */
function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino}/${stat.size}/${stat.mtimeNs}`;
}

function readToken(file: string): { readonly token: string } | { readonly why: string } {
  try {
    const token = readFileSync(file, 'utf8').trim();
    return isToken(token) ? { token } : { why: token === '' ? 'it is empty' : 'it does not hold a token' };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

function unreadable({ file, fileKey }: TokenSetting, why: string): SiroccoError {
  const key = fileKey ?? 'the token file';
  return new SiroccoError({
    code: 'SIR-501',
    key,
    message: `${key}: the token can't be read from ${file}: ${why}`,
    ...(file === undefined ? {} : { found: file }),
    allowed: 'a file that holds the secret of a Nomad ACL token, or a workload identity',
  });
}
