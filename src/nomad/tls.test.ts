import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/tls/self-signed.ts';
import { nomadConfig } from './config.ts';
import { answer, type FakeNomad, fakeNomad, handTime } from './fake-nomad.ts';
import { tlsOptions } from './tls.ts';
import { createTransport } from './transport.ts';
import type { Outcome } from './types.ts';

const server = selfSigned('server.global.nomad');
const client = selfSigned('cli.global.nomad');
let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sirocco-'));
  mkdirSync(at('authorities'));
  mkdirSync(at('nothing'));
  writeFileSync(at('ca.pem'), server.cert);
  writeFileSync(at('authorities/ca.pem'), server.cert);
  writeFileSync(at('client.pem'), client.cert);
  writeFileSync(at('client.key'), client.key);
  writeFileSync(at('other.key'), server.key);
  writeFileSync(at('no.pem'), 'no certificate');
});
afterAll(() => rmSync(folder, { recursive: true }));

let nomad: FakeNomad | undefined;
afterEach(() => nomad?.close());

async function ask(env: Record<string, string>, mutual = false): Promise<Outcome> {
  const tls = { ...server, ...(mutual ? { ca: client.cert, requestCert: true, rejectUnauthorized: true } : {}) };
  nomad = await fakeNomad((_, response) => answer(response, 200, {}), { tls });
  const time = handTime();
  const transport = createTransport(nomadConfig({ NOMAD_ADDR: nomad.address, ...env }), { clock: time, timers: time });
  try {
    return await transport.send({ method: 'PUT', path: '/v1/var/a', body: {}, kind: 'variable_write' });
  } finally {
    await transport.close();
  }
}

describe('https', () => {
  it.each([
    ['an authority from a file', () => ({ NOMAD_CACERT: at('ca.pem') })],
    ['authorities from a folder', () => ({ NOMAD_CAPATH: at('authorities') })],
    [
      'the name that the server has',
      () => ({ NOMAD_CACERT: at('ca.pem'), NOMAD_TLS_SERVER_NAME: 'server.global.nomad' }),
    ],
    ['no verification', () => ({ NOMAD_SKIP_VERIFY: 'true' })],
  ])('works with %s', async (_, env) => {
    expect((await ask(env())).kind).toBe('ok');
  });

  it.each([
    ['an unknown authority', () => ({})],
    ['another authority', () => ({ NOMAD_CACERT: at('client.pem') })],
    ['another name', () => ({ NOMAD_CACERT: at('ca.pem'), NOMAD_TLS_SERVER_NAME: 'other.nomad' })],
  ])('sends nothing to a server of %s', async (_, env) => {
    expect(await ask(env())).toMatchObject({ kind: 'refused', reason: 'unreachable', status: 0 });
    expect(nomad?.seen).toHaveLength(0);
  });

  it('shows its certificate where it is asked for one', async () => {
    const env = { NOMAD_CACERT: at('ca.pem'), NOMAD_CLIENT_CERT: at('client.pem'), NOMAD_CLIENT_KEY: at('client.key') };
    expect((await ask(env, true)).kind).toBe('ok');
  });

  it('is not heard where it has no certificate to show', async () => {
    const message = expect.stringContaining('NOMAD_CLIENT_CERT');
    expect(await ask({ NOMAD_CACERT: at('ca.pem') }, true)).toMatchObject({ kind: 'ambiguous', message });
    expect(nomad?.seen).toHaveLength(0);
  });
});

describe('tlsOptions', () => {
  it.each([
    ['a file that is not there', () => ({ caCert: at('none.pem') }), 'NOMAD_CACERT', 'ENOENT'],
    ['a file that is no PEM', () => ({ caCert: at('no.pem') }), 'NOMAD_CACERT', 'it is no PEM file'],
    ['an empty folder', () => ({ caPath: at('nothing') }), 'NOMAD_CAPATH', 'the folder has no files'],
    ['a folder that is none', () => ({ caPath: at('ca.pem') }), 'NOMAD_CAPATH', 'ENOTDIR'],
    [
      'the key of another',
      () => ({ caCert: at('ca.pem'), clientCert: at('client.pem'), clientKey: at('other.key') }),
      'NOMAD_CLIENT_CERT',
      'mismatch',
    ],
  ])('refuses %s', (_, setting, key, why) => {
    const make = () => tlsOptions({ ...setting(), skipVerify: false });
    expect(make).toThrow(expect.objectContaining({ code: 'SIR-501', message: expect.stringMatching(`^${key}: `) }));
    expect(make).toThrow(why);
  });

  it('trusts what the system trusts where nothing is named', () => {
    expect(tlsOptions({ skipVerify: false }).ca.length).toBeGreaterThan(10);
  });
});
