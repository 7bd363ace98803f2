import { expect, it } from 'vitest';
import { openStream } from '../../../src/nomad/event-stream.ts';
import type { EventBatch, StreamRequest, StreamSignal, Variable } from '../../../src/nomad/types.ts';
import { until } from '../../support/until.ts';
import { type Caller, deps } from '../caller.ts';
import type { Contract } from '../contract.ts';

/** What the project's own event stream tells when it listens to Nomad. */
export function streamSignalCases({ cluster, space }: Contract): void {
  it('opens, beats, and tells what happens from then on', async () => {
    const { namespace, manager } = await space();
    await write(manager, 'chaos/schedule/old');
    const heard = listen(manager, { namespace, topics: ['Variable:*'], index: 0 });
    await heard.signal('open');
    const { ModifyIndex } = await write(manager, 'chaos/schedule/new');
    const batch = await heard.batch(ModifyIndex);
    expect(batch.Events).toMatchObject([{ Topic: 'Variable', Payload: { Metadata: { Path: 'chaos/schedule/new' } } }]);
    expect(pathsOf(heard.signals)).toEqual(['chaos/schedule/new']);
    expect(heard.signals.map(one => one.kind)).toContain('beat');
    heard.close();
  });

  it('resumes after the index it has handled, without a gap and without telling anything twice', async () => {
    const { namespace, manager } = await space();
    const { ModifyIndex } = await write(manager, 'chaos/schedule/a');
    const next = await write(manager, 'chaos/schedule/b');
    const heard = listen(manager, { namespace, topics: ['Variable:*'], index: ModifyIndex });
    await heard.batch(next.ModifyIndex);
    expect(pathsOf(heard.signals)).toEqual(['chaos/schedule/b']);
    expect(heard.signals.filter(one => one.kind === 'gap')).toEqual([]);
    heard.close();
  });

  it('closes as silent where a topic is denied', async () => {
    const { namespace, caller } = await space();
    const reader = await caller({ capabilities: ['read-job'] });
    const heard = listen(reader, { namespace, topics: ['Allocation:*', 'Node:*'], index: 0 }, { openWithinMs: 1500 });
    const closed = await heard.signal('closed');
    expect(closed).toMatchObject({ reason: 'silent' });
    expect(heard.signals).toHaveLength(1);
  });

  it('closes by timeout when no line comes any more, as after its token was deleted', async () => {
    const { namespace, caller } = await space();
    const reader = await caller({ capabilities: ['read-job'] });
    const heard = listen(reader, { namespace, topics: ['Job:*'], index: 0 }, { silentMs: 2000 });
    await heard.signal('open');
    await cluster().deleteToken(reader.token ?? '');
    const closed = await heard.signal('closed');
    expect(['timeout', 'eof']).toContain(closed.kind === 'closed' && closed.reason);
  });

  it('tells nothing after it was closed', async () => {
    const { namespace, manager } = await space();
    const [heard, control] = [1, 2].map(() => listen(manager, { namespace, topics: ['Variable:*'], index: 0 }));
    await Promise.all([heard?.signal('open'), control?.signal('open')]);
    heard?.close();
    const before = heard?.signals.length;
    const { ModifyIndex } = await write(manager, 'chaos/schedule/late');
    await control?.batch(ModifyIndex);
    expect(heard?.signals).toHaveLength(before ?? -1);
    control?.close();
  });
}

interface Heard {
  readonly signals: readonly StreamSignal[];
  signal(kind: StreamSignal['kind']): Promise<StreamSignal>;
  batch(index: number): Promise<EventBatch>;
  close(): void;
}

function listen(by: Caller, request: StreamRequest, options: Parameters<typeof openStream>[4] = {}): Heard {
  const signals: StreamSignal[] = [];
  const stream = openStream(by.transport, request, signal => signals.push(signal), deps, options);
  return {
    signals,
    signal: kind => until(`the signal ${kind}`, () => signals.find(one => one.kind === kind), { every: 10 }),
    batch: index =>
      until(`the batch ${index}`, () => batchesOf(signals).find(one => one.Index === index), { every: 10 }),
    close: () => stream.close(),
  };
}

function batchesOf(signals: readonly StreamSignal[]): EventBatch[] {
  return signals.flatMap(one => (one.kind === 'batch' ? [one.batch] : []));
}

function pathsOf(signals: readonly StreamSignal[]): string[] {
  const events = batchesOf(signals).flatMap(batch => batch.Events);
  return events.map(event => (event.Payload['Metadata'] as Variable).Path);
}

async function write(by: Caller, path: string): Promise<Variable> {
  return (await by.put(`/v1/var/${path}`, { Items: { v: '1' } })).body as Variable;
}
