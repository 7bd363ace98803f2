/** The address of a Nomad: `http://HOST:PORT`, `https://HOST:PORT` or `unix:///PATH/OF/SOCKET`. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';

/** With a `socketPath` the origin is only for the Host header. */
export interface NomadAddress {
  readonly origin: string;
  readonly socketPath?: string;
}

export type AddressReading =
  | { readonly address: NomadAddress; readonly httpAuth?: { readonly username: string; readonly password: string } }
  | { readonly problem: Problem };

const allowed = 'http://HOST:PORT, https://HOST:PORT or unix:///PATH/OF/SOCKET';

/** Reads an address; `key` is the variable or flag that it came from. User and password in it are kept apart and not shown. */
export function readAddress(key: string, text: string): AddressReading {
  if (text.startsWith('unix:')) return unixAddress(key, text);
  // Without its scheme `127.0.0.1:4646` is no URL, and `localhost:4646` is one of scheme localhost.
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const whole = `http://${text.replace(/^\/+/, '')}`;
    return bad(
      key,
      text,
      'not an address with its scheme',
      URL.canParse(whole) && !/\s/.test(text) ? whole : undefined,
    );
  }
  if (!URL.canParse(text) || /\s/.test(text)) return bad(key, text, 'not an address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return bad(key, text, `not an address of Nomad: \`${url.protocol.slice(0, -1)}\` is not a scheme that it has`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return bad(key, text, 'an address with more than host and port', url.origin);
  }
  const address = { origin: url.origin };
  if (url.username === '' && url.password === '') return { address };
  return { address, httpAuth: { username: decoded(url.username), password: decoded(url.password) } };
}

/** Percent signs that escape nothing stay as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unixAddress(key: string, text: string): AddressReading {
  const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
  if (!path.startsWith('/') || path.startsWith('//') || path === '/') {
    return bad(
      key,
      text,
      'not the path of a socket',
      /^\/*\w/.test(path) ? `unix:///${path.replace(/^\/+/, '')}` : undefined,
    );
  }
  return { address: { origin: 'http://127.0.0.1', socketPath: path } };
}

function bad(key: string, text: string, what: string, didYouMean?: string): AddressReading {
  // What stands before an @ may be a password.
  const secret = text.includes('@');
  const found = shown(secret ? text.slice(text.lastIndexOf('@')).replace('@', '…@') : text);
  const message = `${key}: \`${found}\` is ${what}`;
  const near = didYouMean === undefined || secret ? {} : { didYouMean };
  return { problem: { code: 'SIR-500', key, message, found, allowed, ...near } };
}
