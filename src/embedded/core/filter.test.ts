import { describe, expect, it } from 'vitest';
import { Refusal } from './failure.ts';
import { parseFilter } from './filter.ts';

const job = {
  ID: 'web',
  Meta: { team: 'shop', 'a.b': 'x' },
  Datacenters: ['dc1', 'dc2'],
  Priority: 50,
  Stop: false,
  ParentID: '',
};

describe('the filter of lists', () => {
  it.each([
    ['ID == "web"', true],
    ['ID != web', false],
    ['Meta.team == "shop"', true],
    ['Meta["team"] == `shop`', true],
    ['Meta["a.b"] == "x"', true],
    ['Meta.a.b == "x"', false],
    ['Priority == 50', true],
    ['Stop == false and Priority == 50', true],
    ['Stop == true or ID matches "^w"', true],
    ['not (Stop == true) and Datacenters contains dc2', true],
    ['"dc3" in Datacenters', false],
    ['dc3 not in Datacenters', true],
    ['ParentID is empty', true],
    ['Meta is not empty', true],
    ['Missing.deep == "x"', false],
  ])('%s is %s', (text, expected) => {
    expect(parseFilter(text)(job)).toBe(expected);
  });

  it.each(['ID ==', 'ID ~ "x"', '(ID == "a"', 'ID == "a" "b"', 'ID is full', '&'])(
    'refuses %j with status 400',
    text => {
      expect(() => parseFilter(text)).toThrow(Refusal);
      expect(() => parseFilter(text)).toThrow(/failed to read filter expression/);
    },
  );
});
