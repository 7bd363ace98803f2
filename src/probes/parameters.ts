/** Fields that several probes have: where they ask, with which headers, how long they wait. */

import type { z } from 'zod';
import { duration, field } from '../base/fields.ts';
import { parseHostPort } from '../base/host-port.ts';
import { misread, type Reading, read } from '../base/reading.ts';
import { withStandIns } from '../spec/placeholders.ts';

/** Of the whole question, from the lookup of a name to the last byte. */
export function timeout(): z.ZodType<number> {
  return duration({
    min: 10,
    max: 30_000,
    help: 'Of the whole: lookup, connection, TLS and the answer with its body.',
  });
}

/** A URL of http or https. Who it names, and whether that may be asked, is decided when it is. */
export function url({ help }: { readonly help: string }): z.ZodType<string> {
  const allowed =
    'a URL of http or https of 1 to 2048 characters, such as http://web.internal:8080/health or http://{{ service.web }}/health, without user and password';
  return field(
    value =>
      typeof value === 'string' && isUrl(value)
        ? read(value)
        : misread(value, 'a URL of http or https', allowed, meantUrl(value)),
    { allowed, json: { type: 'string', pattern: '^https?://', maxLength: 2048 }, format: String, help },
  );
}

function isUrl(value: string): boolean {
  return (
    value.length <= 2048 &&
    // A placeholder may be a host, or a host with its port.
    /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:[/?][^\s\p{Cc}]*)?$/iu.test(withStandIns(value, 'x'))
  );
}

function meantUrl(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]+(?::\d+)?(?:\/\S*)?$/.test(value.trim())
    ? `http://${value.trim()}`
    : undefined;
}

/** `host:port`. */
export function address({ help }: { readonly help: string }): z.ZodType<string> {
  const parse = (value: unknown): Reading<string> => {
    const isFilledLater = typeof value === 'string' && value.length <= 300 && withStandIns(value, '') !== value;
    if (isFilledLater && /^[\w.:[\]-]+$/.test(withStandIns(value, 'x'))) return read(value);
    const reading = parseHostPort(typeof value === 'string' ? value : '');
    return reading.ok ? read(String(value)) : misread(value, 'a host and a port', allowed, meantAddress(value));
  };
  const allowed = 'host:port, such as db.internal:5432, 10.0.0.5:5432, [fd00::5]:5432 or {{ service.db }}';
  return field(parse, { allowed, json: { type: 'string' }, format: String, help });
}

function meantAddress(value: unknown): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#@]+)/i.exec(typeof value === 'string' ? value : '')?.[1];
}

/** What the connection itself needs is not the writer's; another `host` would be asked for than the one that was judged. */
const ownHeaders =
  /^(?:connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|accept-encoding)$/;

/** Headers by name; in the value names are in small letters. */
export function headers(): z.ZodType<Readonly<Record<string, string>>> {
  const allowed =
    'names with texts, at most 32, each of at most 4096 characters of printable ASCII, and none that belongs to the connection';
  const parse = (value: unknown): Reading<Readonly<Record<string, string>>> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return misread(value, 'headers', allowed);
    const entries = Object.entries(value).map(([name, text]): [string, unknown] => [name.toLowerCase(), text]);
    const names = entries.map(([name]) => name);
    const bad = entries.find(
      ([name, text]) =>
        !/^[\w!#$%&'*+.^`|~-]{1,128}$/.test(name) ||
        ownHeaders.test(name) ||
        names.indexOf(name) !== names.lastIndexOf(name) ||
        typeof text !== 'string' ||
        text.length > 4096 ||
        /[^\t\x20-\x7e]/.test(text),
    );
    // Of a header only the name is told: its value may be a secret.
    if (bad !== undefined) return misread(bad[0], 'a header that can be sent', allowed);
    return entries.length > 32
      ? misread(`${entries.length} headers`, 'headers', allowed)
      : read(Object.fromEntries(entries as [string, string][]));
  };
  return field(parse, {
    allowed,
    json: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 32 },
    format: value => JSON.stringify(value),
    help: 'Sent with the question; {{ secret.NAME.KEY }} stands for a value of chaos/secrets/NAME.',
  });
}

/** What is sent with POST; line breaks are fine. */
export function content(): z.ZodType<string> {
  const allowed = 'text of 1 to 16384 characters';
  return field(
    value =>
      typeof value === 'string' && value.length >= 1 && value.length <= 16_384 && value.isWellFormed()
        ? read(value)
        : misread(value, 'text', allowed),
    {
      allowed,
      json: { type: 'string', minLength: 1, maxLength: 16_384 },
      format: String,
      help: 'Sent with POST; {{ secret.NAME.KEY }} may stand in it.',
    },
  );
}
