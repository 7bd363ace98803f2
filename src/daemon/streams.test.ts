import { describe, expect, it } from 'vitest';
import type { Happening } from '../controller/types.ts';
import type { StreamEffect } from '../lifecycle/effects.ts';
import type { StreamRequest, StreamSignal } from '../nomad/types.ts';
import { createStreams } from './streams.ts';

function setUp(whileOpening?: (onSignal: (signal: StreamSignal) => void) => void) {
  const opened: { request: StreamRequest; signal: (signal: StreamSignal) => void; closed: number }[] = [];
  const told: Happening[] = [];
  const streams = createStreams(
    (request, signal) => {
      const entry = { request, signal, closed: 0 };
      opened.push(entry);
      whileOpening?.(signal);
      return {
        close: () => {
          entry.closed += 1;
          signal({ kind: 'closed', reason: 'stopped', message: 'closed by us' });
        },
      };
    },
    happening => told.push(happening),
  );
  return { streams, opened, told };
}

const order = (key: string, ...topics: string[]): StreamEffect => ({
  kind: 'stream',
  key,
  request: { namespace: 'default', topics, index: 7 },
});

describe('streams', () => {
  it('forwards every signal under its key', () => {
    const { streams, opened, told } = setUp();
    streams.order(order('jobs default', 'Allocation:web'));
    const batch = { Index: 9, Events: [] };
    const signal = opened[0]?.signal;
    signal?.({ kind: 'open' });
    signal?.({ kind: 'beat' });
    signal?.({ kind: 'batch', batch });
    signal?.({ kind: 'gap', reason: 'first batch 12, not 9' });
    signal?.({ kind: 'closed', reason: 'silent', message: 'not permitted?' });
    const key = 'jobs default';
    expect(told).toEqual([
      { kind: 'stream-open', key },
      { kind: 'stream-beat', key },
      { kind: 'stream-batch', key, batch },
      { kind: 'stream-gap', key, reason: 'first batch 12, not 9' },
      { kind: 'stream-closed', key, reason: 'silent', message: 'not permitted?' },
    ]);
    expect(opened[0]?.request).toEqual({ namespace: 'default', topics: ['Allocation:web'], index: 7 });
  });

  it('closes the stream that another replaces, and hears nothing of it any more', () => {
    const { streams, opened, told } = setUp();
    streams.order(order('jobs default', 'Allocation:web'));
    streams.order(order('jobs default', 'Allocation:web', 'Allocation:db'));
    opened[0]?.signal({ kind: 'beat' });
    opened[1]?.signal({ kind: 'open' });
    expect(opened.map(each => each.closed)).toEqual([1, 0]);
    expect(told).toEqual([{ kind: 'stream-open', key: 'jobs default' }]);
  });

  it('closes at an order without topics, and leaves other keys alone', () => {
    const { streams, opened } = setUp();
    streams.order(order('jobs default', 'Job:web'));
    streams.order(order('nodes', 'Node:*'));
    streams.order(order('jobs default'));
    streams.order(order('jobs default'));
    expect(opened.map(each => each.closed)).toEqual([1, 0]);
    streams.closeAll();
    expect(opened.map(each => each.closed)).toEqual([1, 1]);
  });

  it('opens again under the same key after a stream has ended by itself', () => {
    const { streams, opened, told } = setUp();
    streams.order(order('nodes', 'Node:*'));
    opened[0]?.signal({ kind: 'closed', reason: 'eof', message: '' });
    opened[0]?.signal({ kind: 'beat' });
    streams.order(order('nodes', 'Node:*'));
    opened[1]?.signal({ kind: 'open' });
    expect(told.map(each => each.kind)).toEqual(['stream-closed', 'stream-open']);
    expect(opened.map(each => each.closed)).toEqual([0, 0]);
  });

  it('tells of a stream that ends while it is being opened', () => {
    const { streams, told } = setUp(signal => signal({ kind: 'closed', reason: 'refused', message: '403' }));
    streams.order(order('nodes', 'Node:*'));
    expect(told).toEqual([{ kind: 'stream-closed', key: 'nodes', reason: 'refused', message: '403' }]);
  });
});
