/** What a Variable's path and items must fulfil, with Nomad's own texts. */

import { Refusal } from './failure.ts';

const validPath = /^[a-zA-Z0-9-_~/]{1,128}$/;
const reserved = ['nomad/jobs', 'nomad/job-templates', 'nomad/sentinel'];

/** Bytes of all keys and values together. */
const largestVariable = 64 * 1024;

const invalid = (text: string) => new Refusal(400, `RPC Error:: 400,${text}`, { index: 0 });

export function checkPath(path: string): void {
  if (path === '') throw new Refusal(400, 'missing variable path');
  if (!validPath.test(path)) throw invalid(`invalid path "${path}"`);
  if (path === 'nomad') {
    throw invalid(
      '"nomad" is a reserved top-level directory path, but you may write variables to "nomad/jobs", "nomad/job-templates", "nomad/sentinel", or below',
    );
  }
  if (path.startsWith('nomad/') && !reserved.some(allowed => path === allowed || path.startsWith(`${allowed}/`))) {
    throw invalid(
      'only paths at "nomad/jobs" or "nomad/job-templates" and below are valid paths under the top-level "nomad" directory',
    );
  }
}

/** Bytes of a text in UTF-8. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

export function checkSize(items: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(items)) bytes += byteLength(key) + byteLength(value);
  if (bytes > largestVariable) throw invalid('variables are limited to 64KiB in total size');
}

const shown: Readonly<Record<string, string>> = { number: 'number', boolean: 'bool', object: 'object' };

/** The items of a body: a flat map of texts. */
export function readItems(given: unknown): Readonly<Record<string, string>> {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new Refusal(
      400,
      'json: cannot unmarshal array into Go struct field VariableDecrypted.Items of type structs.VariableItems',
    );
  }
  for (const value of Object.values(given)) {
    if (typeof value === 'string') continue;
    const kind = Array.isArray(value) ? 'array' : (shown[typeof value] ?? typeof value);
    throw new Refusal(
      400,
      `json: cannot unmarshal ${kind} into Go struct field VariableDecrypted.Items of type string`,
    );
  }
  return given as Readonly<Record<string, string>>;
}
