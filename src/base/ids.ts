/** Names that everyone computes alike: of runs, and of what stands for a hash. */

import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { formatTick, parseTick } from './time.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Base32 as in RFC 4648, in small letters and without padding. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >>> bits) & 31);
    }
  }
  return bits > 0 ? text + alphabet.charAt((held << (5 - bits)) & 31) : text;
}

/** SHA-256 of a text's UTF-8, in hex. Joined at once: a text that grew letter by letter is kept in a kilobyte of pieces. */
export function sha256Hex(text: string): string {
  return Array.from(sha256(utf8ToBytes(text)), byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The first `length` base32 characters of the SHA-256 of a text's UTF-8: at most 52. */
export function sha256Base32(text: string, length: number): string {
  return base32(sha256(utf8ToBytes(text))).slice(0, length);
}

/** The run of a schedule's tick (milliseconds since the epoch): every leader gives it the same id. */
export function runId(namespace: string, schedule: string, tick: number): string {
  return fitted(`${namespace}_${schedule}_${formatTick(tick)}`);
}

/** The run that a request asked for: its id and CreateIndex stand in place of the tick. */
export function requestRunId(namespace: string, schedule: string, request: string, createIndex: number): string {
  return fitted(`${namespace}_${schedule}_${sha256Base32(`${namespace}/${request}/${createIndex}`, 10)}`);
}

/** The run that the CLI makes without a controller, from at least 7 random bytes. */
export function drawnRunId(namespace: string, schedule: string, bytes: Uint8Array): string {
  return fitted(`${namespace}_${schedule}_${base32(bytes).slice(0, 10)}`);
}

const longestId = 100;

/** An id that would be too long for a Variable's path keeps its beginning, and a hash of the whole. */
function fitted(id: string): string {
  return id.length <= longestId ? id : `${id.slice(0, 60)}_${sha256Base32(id, 20)}`;
}

/** What a run id tells by itself; a shortened one tells only what it begins with, so: undefined. */
export interface RunIdParts {
  readonly namespace: string;
  readonly schedule: string;
  /** Milliseconds since the epoch; absent where a request or a person started the run. */
  readonly tick?: number;
}

/** Takes a run id apart, or undefined when it is none, or one that was too long. */
export function runIdParts(id: string): RunIdParts | undefined {
  const [, namespace, schedule, last] = /^([A-Za-z0-9-]{1,128})_([a-z0-9-]{1,64})_([A-Za-z0-9]{10,19})$/.exec(id) ?? [];
  if (namespace === undefined || schedule === undefined || last === undefined) return undefined;
  const tick = parseTick(last);
  if (tick !== undefined) return { namespace, schedule, tick };
  return /^[a-z2-7]{10}$/.test(last) ? { namespace, schedule } : undefined;
}
