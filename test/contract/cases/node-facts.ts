import { expect, it } from 'vitest';
import { createView } from '../../../src/cluster/view.ts';
import type { NomadNode } from '../../../src/nomad/types.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

/** Attributes and meta of nodes: where they are told, and that no change of them escapes who looks at lists and events. */
export function nodeFactCases({ space }: Contract): void {
  it('stand in a read and not in a list, which can be filtered by them all the same', async () => {
    const { manager } = await space();
    const node = await oneNode(manager);
    await changeMeta(manager, node.ID, { 'sirocco.rack': 'r1' });
    const whole = await metaOf(manager, node.ID, 'r1');
    expect(whole.Attributes).toMatchObject({ 'kernel.name': 'linux', 'os.name': expect.stringMatching(/./) });
    const listed = (query: Readonly<Record<string, string>>) =>
      manager.get('/v1/nodes', query).then(({ body }) => body as NomadNode[]);
    for (const stub of await listed({})) expect([stub.Attributes ?? null, stub.Meta ?? null]).toEqual([null, null]);
    const [os] = await listed({ os: 'true' });
    expect(Object.keys(os?.Attributes ?? {})).toEqual(['os.name']);
    const found = async (filter: string) => (await listed({ filter })).map(({ ID }) => ID);
    expect(await found('Meta["sirocco.rack"] matches "^r.$"')).toEqual([node.ID]);
    expect(await found('Meta["sirocco.rack"] == "r2"')).toEqual([]);
    expect(await found('Attributes["kernel.name"] == "linux"')).toHaveLength(3);
    await changeMeta(manager, node.ID, { 'sirocco.rack': null });
  });

  it('raise the index of the node when they change, in the list and in an event that tells the whole node', async () => {
    const { manager } = await space();
    const node = await oneNode(manager);
    const stream = manager.stream(['Node:*']);
    await stream.opened();
    await changeMeta(manager, node.ID, { 'sirocco.rack': 'r7' });
    const event = await stream.event(
      'the changed meta',
      ({ Payload }) => (Payload['Node'] as NomadNode).Meta?.['sirocco.rack'] === 'r7',
    );
    const told = event.Payload['Node'] as NomadNode;
    expect(event).toMatchObject({ Type: 'NodeRegistration', Key: node.ID, Index: told.ModifyIndex });
    expect(told.ModifyIndex).toBeGreaterThan(node.ModifyIndex);
    expect(told.Attributes?.['kernel.name']).toBe('linux');
    const stub = await oneNode(manager, node.ID);
    expect(stub.ModifyIndex).toBeGreaterThanOrEqual(told.ModifyIndex);
    await stream.close();
    await changeMeta(manager, node.ID, { 'sirocco.rack': null });
  });

  it('are known to our view as long as a list tells of the same state, and then no more', async () => {
    const { manager } = await space();
    const { ID } = await oneNode(manager);
    const view = createView();
    view.watchFacts(['meta.sirocco.rack', 'attr.kernel.name']);
    const list = async () => {
      const { body, index } = await manager.get('/v1/nodes');
      view.applyNodes(body as unknown[], index);
      return view.node(ID)?.facts;
    };
    await changeMeta(manager, ID, { 'sirocco.rack': 'r1' });
    await metaOf(manager, ID, 'r1');
    expect(await list()).toBeUndefined();
    view.applyNode((await manager.get(`/v1/node/${ID}`)).body);
    expect(await list()).toEqual({ 'meta.sirocco.rack': 'r1', 'attr.kernel.name': 'linux' });
    await changeMeta(manager, ID, { 'sirocco.rack': null });
    await until('a newer state in the list', async () => (await list()) === undefined);
    view.applyNode((await manager.get(`/v1/node/${ID}`)).body);
    expect(await list()).toEqual({ 'meta.sirocco.rack': null, 'attr.kernel.name': 'linux' });
  });

  it('of a node may be changed by nobody who may only read nodes', async () => {
    const { manager, caller } = await space();
    const { ID } = await oneNode(manager);
    const reader = await caller({}, { node: 'read' });
    expect((await reader.get(`/v1/node/${ID}`)).status).toBe(200);
    const answer = await reader.post('/v1/client/metadata', { NodeID: ID, Meta: { x: 'y' } }, { node_id: ID });
    expect(answer.status).toBe(403);
  });
}

/** A node as a list tells of it; the first, unless one is named. */
async function oneNode(by: Caller, id?: string): Promise<NomadNode> {
  const nodes = (await by.get('/v1/nodes')).body as NomadNode[];
  const found = nodes.find(node => id === undefined || node.ID === id);
  if (found === undefined) throw new Error('the cluster has no such node');
  return found;
}

async function changeMeta(by: Caller, NodeID: string, Meta: Readonly<Record<string, string | null>>): Promise<void> {
  const answer = await by.post('/v1/client/metadata', { NodeID, Meta }, { node_id: NodeID });
  expect(answer.status).toBe(200);
}

/** The whole node, once its meta says so: a client tells its servers a little later. */
function metaOf(by: Caller, id: string, rack: string | undefined): Promise<NomadNode> {
  return until(`rack ${rack}`, async () => {
    const node = (await by.get(`/v1/node/${id}`)).body as NomadNode;
    return node.Meta?.['sirocco.rack'] === rack && node;
  });
}
