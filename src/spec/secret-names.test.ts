import { describe, expect, it } from 'vitest';
import { meansSecret, parseSecretName, secretIn, secretPath } from './secret-names.ts';

describe('secret names', () => {
  it.each([
    ['secret.shop.token', { name: 'shop', key: 'token' }],
    ['secret.Shop_1-a.api.key', { name: 'Shop_1-a', key: 'api.key' }],
    ['secret.shop', undefined],
    ['secret._.token', undefined],
    ['secret..token', undefined],
    ['service.shop.token', undefined],
  ])('%s is read', (placeholder, wanted) => {
    expect(parseSecretName(placeholder)).toEqual(wanted);
    expect(meansSecret(placeholder)).toBe(placeholder.startsWith('secret'));
  });

  it('are items of a Variable of the namespace', () => {
    expect(secretPath('chaos', { name: 'shop' })).toBe('chaos/secrets/shop');
  });

  const items = { token: 'S3CRET-S3CRET', pin: '1234' };
  it.each([
    ['token', { ok: true, value: 'S3CRET-S3CRET' }],
    ['tokn', { ok: false, why: 'chaos/secrets/shop has no key tokn; did you mean token? (its keys: pin, token)' }],
    ['toString', { ok: false, why: 'chaos/secrets/shop has no key toString (its keys: pin, token)' }],
    [
      'pin',
      {
        ok: false,
        why: 'the value of pin in chaos/secrets/shop has fewer than 8 characters: it could not be kept secret',
      },
    ],
  ])('%s is looked up, and never told', (key, wanted) => {
    expect(secretIn(items, 'chaos/secrets/shop', { name: 'shop', key })).toEqual(wanted);
  });
});
