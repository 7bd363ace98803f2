import { expect, it } from 'vitest';
import type { StreamEvent, Variable } from '../../../src/nomad/types.ts';
import { type Caller, unheard } from '../caller.ts';
import type { Contract } from '../contract.ts';

const variableRights = { 'chaos/*': ['read', 'list'] } as const;

/** The event stream: its lines, its indexes, and that a denied one is only silent. */
export function eventCases({ cluster, space }: Contract): void {
  it('sends the first {} at once', async () => {
    const { manager } = await space();
    const stream = manager.stream(['Job:*', 'Allocation:*', 'Deployment:*', 'Variable:*']);
    await stream.opened();
    expect(stream.status).toBe(200);
    expect(stream.lines.find(line => line.kind === 'beat')?.after).toBeLessThan(1500);
    await stream.close();
  });

  it('stays silent where a topic is denied or unknown: no {}, no error', async () => {
    const { manager, caller } = await space();
    const other = await space();
    const reader = await caller({ capabilities: ['read-job'], variables: variableRights });
    const starred = await other.caller({});
    const variablesEverywhere = await space().then(({ caller: with_ }) => with_({ capabilities: ['list-jobs'] }));
    const denied = [
      reader.stream(['Node:*']),
      reader.stream(['Nonsense:*']),
      reader.stream(['Allocation:*', 'Node:*']),
      reader.stream(['Allocation:*'], { namespace: '*' }),
      reader.in(other.namespace).stream(['Allocation:*']),
      starred.stream(['Job:*']),
      variablesEverywhere.stream(['Variable:*']),
    ];
    const control = reader.stream(['Allocation:*', 'Variable:*']);
    await control.opened();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    await control.event('the control event', event => event.Topic === 'Variable');
    await unheard();
    expect(denied.map(stream => stream.lines)).toEqual(denied.map(() => []));
    expect(denied.map(stream => stream.status ?? 200)).toEqual(denied.map(() => 200));
    for (const stream of [...denied, control]) await stream.close();
  });

  it('shows Variables only where the policy names the namespace: under * they can be read, but the stream is silent', async () => {
    const { namespace, manager } = await space();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    const rights = { capabilities: ['read-job'], variables: variableRights };
    const everywhere = manager.as(await cluster().createToken({ namespaces: { '*': rights } }));
    const named = manager.as(await cluster().createToken({ namespaces: { [namespace]: rights } }));
    expect((await everywhere.get('/v1/var/chaos/schedule/a')).status).toBe(200);
    const [silent, speaking] = [everywhere.stream(['Variable:*']), named.stream(['Variable:*'])];
    await speaking.event('the write', event => event.Topic === 'Variable');
    await unheard();
    expect(silent.lines).toEqual([]);
    for (const stream of [silent, speaking]) await stream.close();
  });

  it('replays what it holds where no index is given', async () => {
    const { manager } = await space();
    const { ModifyIndex } = await write(manager, 'chaos/schedule/a');
    for (const index of [undefined, '0', '1']) {
      const stream = manager.stream(['Variable:*'], index === undefined ? {} : { index });
      const old = await stream.event('the old write', event => event.Index === ModifyIndex);
      expect(old.Topic).toBe('Variable');
      await stream.close();
    }
  });

  it('begins with the very batch of the index that it is asked for', async () => {
    const { manager } = await space();
    await write(manager, 'chaos/schedule/a');
    const { ModifyIndex } = await write(manager, 'chaos/schedule/b');
    await write(manager, 'chaos/schedule/c');
    const stream = manager.stream(['Variable:*'], { index: `${ModifyIndex}` });
    const last = await stream.event('the last write', event => keyOf(event).includes('schedule/c'));
    expect(stream.events().map(event => event.Index)).toEqual([ModifyIndex, last.Index]);
    await stream.close();
  });

  it('sends at most the newest batch for an index of the future, then waits', async () => {
    const { manager } = await space();
    const { ModifyIndex } = await write(manager, 'chaos/schedule/a');
    const stream = manager.stream(['Variable:*'], { index: `${ModifyIndex + 1000}` });
    await stream.opened();
    await unheard();
    expect(stream.events().map(event => event.Index)).toEqual([ModifyIndex]);
    const next = await write(manager, 'chaos/schedule/b');
    const event = await stream.event('the next write', one => one.Index > ModifyIndex);
    expect(event.Index).toBe(next.ModifyIndex);
    await stream.close();
  });

  it('tells of a Variable without its items, and of a deletion with the old ModifyIndex', async () => {
    const { namespace, manager } = await space();
    const written = await write(manager, 'chaos/schedule/a');
    await manager.delete('/v1/var/chaos/schedule/a');
    const stream = manager.stream(['Variable:*'], { index: `${written.ModifyIndex}` });
    const deletion = await stream.event('the deletion', event => event.Payload['Deleted'] === true);
    const [first] = stream.events();
    expect(first).toMatchObject({
      Topic: 'Variable',
      Namespace: namespace,
      Payload: { Deleted: false, Metadata: { Path: 'chaos/schedule/a', ModifyIndex: written.ModifyIndex } },
    });
    expect(JSON.stringify(first)).not.toContain('Items');
    expect(deletion.Index).toBeGreaterThan(written.ModifyIndex);
    expect(deletion.Payload).toMatchObject({
      Metadata: { Path: 'chaos/schedule/a', ModifyIndex: written.ModifyIndex },
    });
    await stream.close();
  });

  it('tells of the Variables whose path is granted, and of no other', async () => {
    const { manager, caller } = await space();
    const reader = await caller({ variables: { 'chaos/schedule/*': ['read', 'list'] } });
    const stream = reader.stream(['Variable:*']);
    await stream.opened();
    await write(manager, 'chaos/status/a');
    await write(manager, 'chaos/schedule/a');
    await stream.event('the granted write', event => keyOf(event).includes('chaos/schedule/a'));
    expect(stream.events().filter(event => keyOf(event).includes('status'))).toEqual([]);
    await stream.close();
  });

  it('falls silent, without an error, when its token is deleted', async () => {
    const { manager, caller } = await space();
    const reader = await caller({ capabilities: ['read-job'], variables: variableRights });
    const [stream, control] = [reader.stream(['Variable:*']), manager.stream(['Variable:*'])];
    await Promise.all([stream.opened(), control.opened()]);
    await cluster().deleteToken(reader.token ?? '');
    await write(manager, 'chaos/schedule/late');
    await control.event('the late write', event => keyOf(event).includes('late'));
    await unheard();
    expect(stream.events().filter(event => keyOf(event).includes('late'))).toEqual([]);
    for (const one of [stream, control]) await one.close();
  });
}

async function write(by: Caller, path: string): Promise<Variable> {
  return (await by.put(`/v1/var/${path}`, { Items: { v: '1' } })).body as Variable;
}

/** The path, wherever the event has it. */
function keyOf(event: StreamEvent): string {
  return `${event.Key} ${(event.Payload['Metadata'] as Variable | undefined)?.Path}`;
}
