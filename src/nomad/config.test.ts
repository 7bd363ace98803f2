import { describe, expect, it } from 'vitest';
import { SiroccoError } from '../base/errors.ts';
import { type NomadFlags, nomadConfig } from './config.ts';

describe('nomadConfig', () => {
  it.each<[string, Record<string, string>, NomadFlags, object]>([
    ['defaults to the agent of this machine', {}, {}, { address: { origin: 'http://127.0.0.1:4646' }, token: {} }],
    ['takes an empty variable as not set', { NOMAD_ADDR: '', NOMAD_TOKEN: ' ' }, {}, { token: {} }],
    [
      'takes a slash at the end of an address',
      { NOMAD_ADDR: 'https://n.example:4646/' },
      {},
      { address: { origin: 'https://n.example:4646' } },
    ],
    [
      'reads a socket',
      { NOMAD_ADDR: 'unix:///run/nomad.sock' },
      {},
      { address: { origin: 'http://127.0.0.1', socketPath: '/run/nomad.sock' } },
    ],
    [
      'prefers the Task API inside a task',
      { NOMAD_UNIX_ADDR: 'unix:///secrets/api.sock' },
      {},
      { address: { socketPath: '/secrets/api.sock' } },
    ],
    [
      'prefers an address that was given to the Task API',
      { NOMAD_UNIX_ADDR: 'unix:///secrets/api.sock', NOMAD_ADDR: 'http://[::1]:4646' },
      {},
      { address: { origin: 'http://[::1]:4646' } },
    ],
    [
      'takes a flag before its variable',
      { NOMAD_ADDR: 'http://a:1', NOMAD_TOKEN: 'env' },
      { address: 'http://b:2', token: 'flag' },
      { address: { origin: 'http://b:2' }, token: { value: 'flag' } },
    ],
    [
      'takes namespace and region',
      { NOMAD_NAMESPACE: 'shop', NOMAD_REGION: 'eu' },
      { region: 'us' },
      { namespace: 'shop', region: 'us' },
    ],
    [
      'takes a token file before a token',
      { NOMAD_TOKEN: 'x', NOMAD_TOKEN_FILE: '/t' },
      {},
      { token: { file: '/t', fileUse: 'must' } },
    ],
    [
      "knows the task's own token file",
      { NOMAD_TOKEN: 'x', NOMAD_SECRETS_DIR: '/secrets' },
      {},
      { token: { value: 'x', file: '/secrets/nomad_token', fileUse: 'may' } },
    ],
    [
      'splits HTTP auth at the first colon',
      { NOMAD_HTTP_AUTH: 'ada:a:b' },
      {},
      { httpAuth: { username: 'ada', password: 'a:b' } },
    ],
    [
      'takes HTTP auth without a password',
      { NOMAD_HTTP_AUTH: 'ada' },
      {},
      { httpAuth: { username: 'ada', password: '' } },
    ],
    [
      'takes HTTP auth out of the address',
      { NOMAD_ADDR: 'http://ada:p%40ss@h:1' },
      {},
      { address: { origin: 'http://h:1' }, httpAuth: { username: 'ada', password: 'p@ss' } },
    ],
    [
      'reads what TLS needs',
      {
        NOMAD_CACERT: 'ca',
        NOMAD_CAPATH: 'cas',
        NOMAD_CLIENT_CERT: 'c',
        NOMAD_CLIENT_KEY: 'k',
        NOMAD_TLS_SERVER_NAME: 's',
        NOMAD_SKIP_VERIFY: 'T',
      },
      {},
      { tls: { caCert: 'ca', caPath: 'cas', clientCert: 'c', clientKey: 'k', serverName: 's', skipVerify: true } },
    ],
    ['verifies unless told otherwise', { NOMAD_SKIP_VERIFY: '0' }, {}, { tls: { skipVerify: false } }],
  ])('%s', (_, env, flags, expected) => {
    expect(nomadConfig(env, flags)).toMatchObject(expected);
  });

  it.each<[string, Record<string, string>, object]>([
    [
      'an address without scheme',
      { NOMAD_ADDR: '10.0.0.1:4646' },
      { key: 'NOMAD_ADDR', found: '10.0.0.1:4646', didYouMean: 'http://10.0.0.1:4646' },
    ],
    [
      'a scheme that is none of Nomad',
      { NOMAD_ADDR: 'tcp://h:1' },
      { key: 'NOMAD_ADDR', allowed: expect.stringContaining('unix://') },
    ],
    ['an address with a path', { NOMAD_ADDR: 'https://h:1/ui' }, { didYouMean: 'https://h:1' }],
    ['an address that is none', { NOMAD_ADDR: 'http://' }, { key: 'NOMAD_ADDR' }],
    [
      'a socket without its path',
      { NOMAD_UNIX_ADDR: 'unix://run/api.sock' },
      { key: 'NOMAD_UNIX_ADDR', didYouMean: 'unix:///run/api.sock' },
    ],
    ['half a client certificate', { NOMAD_CLIENT_CERT: 'c' }, { key: 'NOMAD_CLIENT_KEY' }],
    [
      'a word that is no boolean',
      { NOMAD_SKIP_VERIFY: 'yes' },
      { key: 'NOMAD_SKIP_VERIFY', found: 'yes', didYouMean: 'true' },
    ],
    ['a token with a blank', { NOMAD_TOKEN: 'not a token' }, { key: 'NOMAD_TOKEN' }],
  ])('refuses %s and names what is allowed', (_, env, expected) => {
    const error = errorOf(() => nomadConfig(env));
    expect(error.code).toBe('SIR-500');
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]).toMatchObject(expected);
    expect(error.message).toContain(Object.keys(expected).includes('key') ? error.problems[0]?.key : 'NOMAD_ADDR');
  });

  it('tells every bad value at once', () => {
    const error = errorOf(() => nomadConfig({ NOMAD_ADDR: 'x y', NOMAD_SKIP_VERIFY: 'maybe', NOMAD_CLIENT_KEY: 'k' }));
    expect(error.problems.map(each => each.key)).toEqual(['NOMAD_ADDR', 'NOMAD_CLIENT_CERT', 'NOMAD_SKIP_VERIFY']);
  });

  it.each([
    { NOMAD_TOKEN: 'my hunter2' },
    { NOMAD_ADDR: 'tcp://ada:hunter2@h:1' },
    { NOMAD_ADDR: 'ada:hunter2@h:1' },
    { NOMAD_ADDR: 'http://ada:hunter2@h:1/ui' },
  ])('tells no secret: %o', env => {
    const error = errorOf(() => nomadConfig(env));
    expect(JSON.stringify(error.problems)).not.toContain('hunter2');
  });
});

function errorOf(action: () => unknown): SiroccoError {
  try {
    action();
  } catch (error) {
    if (error instanceof SiroccoError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
