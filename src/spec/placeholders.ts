/** `{{ name }}` in the texts of a call: filled in just before it is asked, by whoever may know the values. */

import type { HttpCall, NetCall } from '../probes/probe.ts';
import { meansSecret } from './secret-names.ts';

const placeholder = /\{\{\s*([\w.-]{1,200})\s*\}\}/g;

/** The names in a text, such as `service.checkout` or `secret.shop.token`, each once. */
export function placeholdersIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(placeholder)].map(([, name]) => name ?? ''))];
}

/** The names in a call, each once. */
export function placeholdersOf(call: NetCall): readonly string[] {
  return [...new Set(textsOf(call).flatMap(placeholdersIn))];
}

/** The names that stand where the host is, each once. */
export function hostPlaceholdersOf(call: NetCall): readonly string[] {
  return placeholdersIn(call.op === 'tcp' ? call.address : parted(call.url)[0]);
}

/** A text with `stand` in the place of each: for judging the shape of what is not yet filled in. */
export function withStandIns(text: string, stand: string): string {
  return text.replaceAll(placeholder, stand);
}

export type Filled = { readonly ok: true; readonly call: NetCall } | { readonly ok: false; readonly why: string };

/**
 * The call with the values put in, once: what a value holds is not read again. In the host of a URL and in an address a
 * value may only be a host, a port or both, and no secret, since hosts are told in answers; after it, it is encoded, so
 * that none leads elsewhere than the spec says. In a header it may have no line break. `why` names the place, never the
 * value.
 */
export function fillCall(call: NetCall, lookUp: (name: string) => string | undefined): Filled {
  const missing = placeholdersOf(call).find(name => lookUp(name) === undefined);
  if (missing !== undefined) return { ok: false, why: `there is no value for {{ ${missing} }}` };
  const put = (text: string, shape: (value: string) => string = value => value) =>
    text.replaceAll(placeholder, (_, name: string) => shape(lookUp(name) ?? ''));
  const wrong = wrongPlace(call, lookUp);
  if (wrong !== undefined) return { ok: false, why: wrong };
  if (call.op === 'tcp') return { ok: true, call: { ...call, address: put(call.address) } };
  const [origin, rest] = parted(call.url);
  const filled = {
    url: put(origin) + put(rest, encodeURIComponent),
    headers: Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name, put(value)])),
    ...(call.body === undefined ? {} : { body: put(call.body) }),
  };
  return { ok: true, call: { ...call, ...filled } };
}

function wrongPlace(call: NetCall, lookUp: (name: string) => string | undefined): string | undefined {
  const hosts = hostPlaceholdersOf(call);
  const told = hosts.find(meansSecret);
  if (told !== undefined) return `{{ ${told} }} can’t be a host or port: both are told in answers`;
  const badHost = hosts.find(name => !/^[\w.:[\]-]{1,300}$/.test(lookUp(name) ?? ''));
  if (badHost !== undefined) return `the value of {{ ${badHost} }} is no host, port or host:port`;
  if (call.op === 'tcp') return undefined;
  for (const [header, text] of Object.entries(call.headers)) {
    const bad = placeholdersIn(text).find(name => /[^\t\x20-\x7e]/.test(lookUp(name) ?? ''));
    if (bad !== undefined)
      return `the value of {{ ${bad} }} can’t stand in the header ${header}: only printable ASCII can`;
  }
  const text = placeholdersIn(parted(call.url)[1]).find(name => !(lookUp(name) ?? '').isWellFormed());
  return text === undefined ? undefined : `the value of {{ ${text} }} is no well-formed text`;
}

/** What leads to the host, and what follows it. */
function parted(url: string): readonly [string, string] {
  const [, origin = '', rest = ''] = /^([a-z]*:\/\/[^/?#]*)([\s\S]*)$/i.exec(url) ?? [];
  return origin === '' ? [url, ''] : [origin, rest];
}

function textsOf(call: NetCall): readonly string[] {
  return call.op === 'tcp' ? [call.address] : httpTexts(call);
}

function httpTexts({ url, headers, body }: HttpCall): readonly string[] {
  return [url, ...Object.values(headers), ...(body === undefined ? [] : [body])];
}
