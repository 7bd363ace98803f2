/** How a run record fits into a Variable: its body is compressed once it grows, and measured before it is sent. */

import { deflateSync, inflateSync } from 'node:zlib';

export type Items = Readonly<Record<string, string>>;

/** A body above this many bytes is compressed. */
export const packAbove = 8 * 1024;
/** A record above this many bytes is worth a warning. */
export const softLimit = 16 * 1024;
/** A record above this many bytes is not sent; Nomad itself refuses from 64 KiB on. */
export const hardLimit = 56 * 1024;

/** No body of a record within the hard limit comes near this: more is not ours. */
const largestBody = 8 * 1024 * 1024;

const encodingKey = 'body_encoding';
const encoding = 'deflate';

export interface Packed {
  readonly items: Items;
  /** Keys and values in UTF-8, as Nomad counts them. */
  readonly bytes: number;
}

/** Whether the path is that of a run record. */
export function isRecordPath(prefix: string, path: string): boolean {
  return path.startsWith(`${prefix}/runs/`);
}

/** Bytes of a Variable's items. */
export function itemBytes(items: Items): number {
  return Object.entries(items).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
}

/** The items as they are stored: a large `body` deflated, in base64, with `body_encoding` to say so. */
export function pack(items: Items): Packed {
  const body = items.body;
  if (body === undefined || Buffer.byteLength(body) <= packAbove) return { items, bytes: itemBytes(items) };
  const packed = { ...items, body: deflateSync(body).toString('base64'), [encodingKey]: encoding };
  return { items: packed, bytes: itemBytes(packed) };
}

/**
 * The items as they were before `pack`; those never packed come back as they are.
 * @throws Error when the body's encoding is unknown, or it can't be decoded.
 */
export function unpack(items: Items): Items {
  const { [encodingKey]: found, ...rest } = items;
  if (found === undefined) return items;
  if (found !== encoding) throw new Error(`body_encoding is "${found}", and this release reads only "${encoding}"`);
  const body = rest.body;
  if (body === undefined) throw new Error(`body_encoding is "${found}", but there is no body`);
  try {
    const plain = inflateSync(Buffer.from(body, 'base64'), { maxOutputLength: largestBody });
    return { ...rest, body: plain.toString('utf8') };
  } catch (cause) {
    throw new Error(`the compressed body can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
