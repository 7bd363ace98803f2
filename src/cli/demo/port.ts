import { SiroccoError } from '../../base/errors.ts';

/** A port as people write it. A SiroccoError SIR-500 for anything else. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new SiroccoError({
    code: 'SIR-500',
    message: `--port is ${JSON.stringify(text)}`,
    key: '--port',
    found: text,
    allowed: 'a whole number from 0 to 65535',
  });
}
