/** Internet addresses and prefixes as numbers, and the IPv4 addresses that some IPv6 ones stand for. */

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** All addresses whose first `bits` are those of `value`; the others are 0 in it. */
export interface Prefix extends Address {
  readonly bits: number;
}

/** Reads an address in the forms that resolvers and sockets give; a zone (`fe80::1%eth0`) is left out. Else undefined. */
export function parseAddress(text: string): Address | undefined {
  const four = fromDotted(text);
  if (four !== undefined) return { family: 4, value: four };
  const six = fromColons(text.replace(/%[\w.-]{1,32}$/, ''));
  return six === undefined ? undefined : { family: 6, value: six };
}

/** Reads `10.0.0.0/8` or `fd00::/8`, and an address as the prefix of itself alone; undefined for anything else. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, written = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const width = widthOf(address);
  const bits = length === undefined ? width : Number(length);
  return bits > width || masked(address.value, width, bits) !== address.value ? undefined : { ...address, bits };
}

/** Whether an address begins with a prefix. */
export function isWithin({ family, value }: Address, prefix: Prefix): boolean {
  return family === prefix.family && masked(value, widthOf(prefix), prefix.bits) === prefix.value;
}

/**
 * The address itself and what it may be turned into on its way. One that is only another way to write an IPv4 address
 * (`::ffff:10.0.0.1`) is that one alone.
 */
export function facesOf(address: Address): readonly Address[] {
  if (address.family === 4) return [address];
  if (isWithin(address, mapped)) return [embedded(address, 0n)];
  // `::` and `::1` are themselves.
  const via = address.value <= 1n ? [] : translated.filter(({ prefix }) => isWithin(address, prefix));
  const isIsatap = isatap.includes((address.value >> 32n) & 0xffff_ffffn);
  return [
    address,
    ...via.map(({ shift, xor }) => embedded(address, shift, xor)),
    ...(isIsatap ? [embedded(address, 0n)] : []),
  ];
}

const mapped = prefix6('::ffff:0:0', 96);

/** Interface identifiers of tunnels within a site; the IPv4 address follows. */
const isatap: readonly bigint[] = [0x5efen, 0x0200_5efen];

const translated: readonly { readonly prefix: Prefix; readonly shift: bigint; readonly xor?: bigint }[] = [
  { prefix: prefix6('::', 96), shift: 0n }, // IPv4-compatible
  { prefix: prefix6('::ffff:0:0:0', 96), shift: 0n }, // stateless translation
  { prefix: prefix6('64:ff9b::', 96), shift: 0n }, // NAT64
  { prefix: prefix6('2002::', 16), shift: 80n }, // 6to4
  { prefix: prefix6('2001::', 32), shift: 0n, xor: 0xffff_ffffn }, // Teredo, the client
];

function prefix6(text: string, bits: number): Prefix {
  return { family: 6, value: fromColons(text) ?? 0n, bits };
}

function embedded({ value }: Address, shift: bigint, xor = 0n): Address {
  return { family: 4, value: ((value >> shift) & 0xffff_ffffn) ^ xor };
}

function widthOf({ family }: { readonly family: 4 | 6 }): number {
  return family === 4 ? 32 : 128;
}

function masked(value: bigint, width: number, bits: number): bigint {
  const rest = BigInt(width - bits);
  return (value >> rest) << rest;
}

function fromDotted(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function fromColons(text: string): bigint | undefined {
  const sides = text.split('::');
  const [left, right] = [groupsOf(sides[0] ?? ''), groupsOf(sides[1] ?? '')];
  if (sides.length > 2 || left === undefined || right === undefined) return undefined;
  // Only at the very end may the last 32 bits be dotted.
  if (sides.length === 2 && (sides[0] ?? '').includes('.')) return undefined;
  const missing = 8 - left.length - right.length;
  if (sides.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...Array<bigint>(missing).fill(0n), ...right];
  return groups.reduce((sum, group) => sum * 65_536n + group, 0n);
}

/** The 16-bit groups of one side of `::`. */
function groupsOf(side: string): readonly bigint[] | undefined {
  if (side === '') return [];
  const words = side.split(':');
  const groups: bigint[] = [];
  for (const [i, word] of words.entries()) {
    const four = i === words.length - 1 ? fromDotted(word) : undefined;
    if (four !== undefined) groups.push(four >> 16n, four & 0xffffn);
    else if (/^[\da-fA-F]{1,4}$/.test(word)) groups.push(BigInt(`0x${word}`));
    else return undefined;
  }
  return groups;
}
