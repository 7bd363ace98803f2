import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine, type EventHead, peekIndex, type Wants } from './decode.ts';

/** As current servers write events: keys in order of the alphabet. */
function sorted(key: string, topic = 'Allocation', payload: unknown = { Allocation: { ID: key } }): string {
  return `{"FilterKeys":["web","d-1"],"Index":7,"Key":${JSON.stringify(key)},"Namespace":"default","Payload":${JSON.stringify(payload)},"Topic":"${topic}","Type":"AllocationUpdated"}`;
}

/** As the type declares them. */
function declared(key: string): string {
  return `{"Topic":"Job","Type":"JobRegistered","Key":"${key}","Namespace":"default","FilterKeys":null,"Index":7,"Payload":{"Job":{"ID":"x"}}}`;
}

const inOrder = (...events: readonly string[]) => Buffer.from(`{"Events":[${events.join(',')}],"Index":7}`);
const indexFirst = (...events: readonly string[]) => Buffer.from(`{"Index":7,"Events":[${events.join(',')}]}`);

function keysOf(line: Buffer, wants?: Wants): string[] | string {
  const decoded = decodeLine(line, wants);
  return decoded.kind === 'batch' ? decoded.batch.Events.map(event => event.Key) : decoded.kind;
}

describe('decodeLine', () => {
  it('reads heartbeats and batches', () => {
    expect(decodeLine(Buffer.from('{}'))).toEqual({ kind: 'beat' });
    expect(decodeLine(Buffer.from('{}'), () => false)).toEqual({ kind: 'beat' });
    expect(decodeLine(inOrder(sorted('a')))).toEqual({
      kind: 'batch',
      batch: {
        Index: 7,
        Events: [
          {
            Topic: 'Allocation',
            Type: 'AllocationUpdated',
            Key: 'a',
            Namespace: 'default',
            FilterKeys: ['web', 'd-1'],
            Index: 7,
            Payload: { Allocation: { ID: 'a' } },
          },
        ],
      },
    });
  });

  it.each(['null', '[]x', '{"Index":7,"Events":{}}', '{"Events":[]}', '{"Index":7,"Events":[{]}', ''])(
    'says that %j is not of Nomad',
    text => {
      expect(decodeLine(Buffer.from(text)).kind).toBe('bad');
      expect(decodeLine(Buffer.from(text), () => true).kind).toBe('bad');
    },
  );

  it.each([
    ['keys in order', inOrder(sorted('a'), sorted('b'), sorted('c'))],
    ['the index first', indexFirst(sorted('a'), sorted('b'), sorted('c'))],
    ['keys as declared', indexFirst(declared('a'), declared('b'), declared('c'))],
    ['both kinds of event', inOrder(declared('a'), sorted('b'), declared('c'))],
    [
      'blanks between events, which no server sends',
      Buffer.from(`{"Events":[${sorted('a')}, ${sorted('b')}],"Index":7}`),
    ],
  ])('leaves out what is not wanted, with %s', (_, line) => {
    expect(keysOf(line, head => head.Key === 'b')).toEqual(['b']);
    expect(keysOf(line, () => false)).toEqual([]);
    expect(keysOf(line, () => true)).toEqual(keysOf(line));
  });

  it('knows the head of an event as well as if it had parsed it', () => {
    const heads: EventHead[] = [];
    decodeLine(inOrder(sorted('a', 'Node'), declared('b')), head => {
      heads.push(head);
      return false;
    });
    expect(heads).toEqual([
      {
        Topic: 'Node',
        Type: 'AllocationUpdated',
        Key: 'a',
        Namespace: 'default',
        FilterKeys: ['web', 'd-1'],
        Index: 7,
      },
      { Topic: 'Job', Type: 'JobRegistered', Key: 'b', Namespace: 'default', FilterKeys: null, Index: 7 },
    ]);
  });

  it('is not fooled by events inside of an event', () => {
    const forged = sorted('forged', 'Node');
    const args = [JSON.parse(forged) as unknown, JSON.parse(forged) as unknown];
    const line = inOrder(sorted('true', 'Job', { Job: { Meta: { Topic: 'Node', text: forged }, Config: { args } } }));
    expect(keysOf(line, head => head.Topic === 'Node')).toEqual([]);
    expect(keysOf(line, head => head.Topic === 'Job')).toEqual(['true']);
  });

  it('gives just what filtering after parsing gives', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const topic = fc.constantFrom('Allocation', 'Job', 'Node');
    const event = fc.tuple(text, topic, fc.dictionary(text, fc.jsonValue()));
    fc.assert(
      fc.property(fc.array(event), topic, fc.boolean(), (events, wanted, first) => {
        const all = events.map(([key, of, payload]) => sorted(key, of, payload));
        const line = first ? indexFirst(...all) : inOrder(...all);
        const wants: Wants = head => head.Topic === wanted && head.Key.length % 2 === 0;
        const parsed = decodeLine(line);
        const expected = parsed.kind === 'batch' ? parsed.batch.Events.filter(wants) : undefined;
        expect(decodeLine(line, wants)).toEqual({ kind: 'batch', batch: { Index: 7, Events: expected } });
      }),
    );
  });
});

describe('peekIndex', () => {
  it.each([
    [inOrder(sorted('a')), 7],
    [indexFirst(sorted('a')), 7],
    [indexFirst(), 7],
    [Buffer.from('{"Events":null,"Index":7}'), undefined],
    [Buffer.from('{}'), undefined],
  ])('finds the index of %s', (line, expected) => {
    expect(peekIndex(line)).toBe(expected);
  });
});
