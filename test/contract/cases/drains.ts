import { afterEach, expect, it } from 'vitest';
import type { NodeEvent, NomadNode, NomadResponse } from '../../../src/nomad/types.ts';
import { until } from '../../support/until.ts';
import { type Caller, caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';

const minute = 60e9;
const wholeSecond = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const point = expect.stringMatching(/^\d{4}-/);

/** Drains: what a node keeps of the last one, in reads, lists and events. Each case leaves its node eligible. */
export function drainCases({ cluster, space }: Contract): void {
  afterEach(async () => {
    const manager = caller(cluster().address, 'default', cluster().managementToken);
    const nodes = (await manager.get('/v1/nodes')).body as NomadNode[];
    for (const node of nodes.filter(one => one.SchedulingEligibility !== 'eligible')) {
      await drain(manager, node, { DrainSpec: null, MarkEligible: true });
    }
  });

  it('ends the drain of an empty node at once; undoing it leaves no mark but an event of the stream', async () => {
    const { manager } = await space();
    const node = await emptyNode(manager);
    const stream = manager.stream([`Node:${node.ID}`]);
    await stream.opened();
    const spec = { DrainSpec: { Deadline: minute, IgnoreSystemJobs: false }, MarkEligible: false };
    const begun = await drain(manager, node, { ...spec, Meta: { sirocco_run: 'a' } });
    const { NodeModifyIndex, Index } = begun.body as Written;
    expect(begun).toMatchObject({ status: 200, index: Index, body: { EvalIDs: null, EvalCreateIndex: 0 } });
    expect(NodeModifyIndex).toBe(Index);
    const drained = await until('the drain to end', async () => {
      const now = await read(manager, node);
      return !now.Drain && now;
    });
    expect(drained.ModifyIndex).toBeGreaterThan(NodeModifyIndex);
    expect(drained).toMatchObject({
      SchedulingEligibility: 'ineligible',
      DrainStrategy: null,
      LastDrain: { Status: 'complete', Meta: { sirocco_run: 'a' }, StartedAt: wholeSecond, UpdatedAt: wholeSecond },
    });
    expect(drained.LastDrain?.AccessorID).toMatch(/^token:[0-9a-f-]{36}$/);
    expect(await stub(manager, node)).toMatchObject({ LastDrain: drained.LastDrain });
    expect(await stub(manager, node)).not.toHaveProperty('DrainStrategy');
    const undo = await drain(manager, node, { DrainSpec: null, MarkEligible: true, Meta: { sirocco_run: 'b' } });
    const after = await read(manager, node);
    expect(after).toMatchObject({
      SchedulingEligibility: 'eligible',
      ModifyIndex: (undo.body as Written).NodeModifyIndex,
    });
    expect(after.LastDrain).toEqual(drained.LastDrain);
    expect(after.Events).toEqual(drained.Events);
    // Undoing again is a write too.
    const again = await drain(manager, node, { DrainSpec: null, MarkEligible: true });
    expect(again.index).toBe((await read(manager, node)).ModifyIndex);
    await stream.event('the second undo', event => event.Index === again.index);
    const told = stream.events().filter(event => event.Type === 'NodeDrain' && event.Index >= Index);
    expect(told.map(event => eventNode(event.Payload)).map(one => [one.Drain, one.LastDrain?.Status])).toEqual([
      [true, 'draining'],
      [false, 'complete'],
      [false, 'complete'],
      [false, 'complete'],
    ]);
    expect(told.map(event => eventNode(event.Payload).SchedulingEligibility).slice(-2)).toEqual([
      'eligible',
      'eligible',
    ]);
    await stream.close();
  });

  it('keeps our note when somebody else changes the drain without one, under their name', async () => {
    const here = await space();
    const { manager } = here;
    const node = await busyNode(here);
    const ours = await here.caller({}, { node: 'write' });
    const spec = { Deadline: minute, IgnoreSystemJobs: true };
    expect((await drain(ours, node, { DrainSpec: spec, Meta: { sirocco_run: 'a' } })).status).toBe(200);
    const before = await read(manager, node);
    expect(before).toMatchObject({
      Drain: true,
      DrainStrategy: { ...spec, ForceDeadline: point, StartedAt: point },
      LastDrain: { Status: 'draining', Meta: { sirocco_run: 'a' } },
    });
    await drain(manager, node, { DrainSpec: { Deadline: 2 * minute } });
    const after = await read(manager, node);
    expect(after).toMatchObject({
      DrainStrategy: {
        Deadline: 2 * minute,
        IgnoreSystemJobs: false,
        StartedAt: before.DrainStrategy?.StartedAt,
      },
      LastDrain: { Status: 'draining', Meta: { sirocco_run: 'a' }, StartedAt: before.LastDrain?.StartedAt },
    });
    expect(after.LastDrain?.AccessorID).not.toBe(before.LastDrain?.AccessorID);
    expect(await stub(manager, node)).toMatchObject({ Drain: true, LastDrain: after.LastDrain });
    const cancelled = await drain(ours, node, { DrainSpec: null, MarkEligible: true, Meta: { sirocco_run: 'b' } });
    const { Index, EvalIDs, EvalCreateIndex } = cancelled.body as Written;
    expect([cancelled.index, EvalIDs?.length]).toEqual([Index, 1]);
    expect(EvalCreateIndex).toBeGreaterThan(Index);
    const end = await read(manager, node);
    expect(end).toMatchObject({
      Drain: false,
      DrainStrategy: null,
      SchedulingEligibility: 'eligible',
      LastDrain: { Status: 'canceled', Meta: { sirocco_run: 'b' }, AccessorID: before.LastDrain?.AccessorID },
    });
    expect(messagesOf(end).slice(-3)).toEqual([
      'Node drain strategy set',
      'Node drain strategy updated',
      'Node drain disabled',
    ]);
  });

  it('begins a drain by force without a deadline and without the note of the last one; cancelled, the node stays out', async () => {
    const here = await space();
    const { manager } = here;
    const node = await busyNode(here);
    await drain(manager, node, { DrainSpec: { Deadline: minute }, Meta: { sirocco_run: 'a' } });
    await drain(manager, node, { DrainSpec: null, MarkEligible: true });
    expect((await read(manager, node)).LastDrain).toMatchObject({ Status: 'canceled', Meta: { sirocco_run: 'a' } });
    await drain(manager, node, { DrainSpec: { Deadline: -1, IgnoreSystemJobs: false } });
    expect(await read(manager, node)).toMatchObject({
      DrainStrategy: { Deadline: -1, ForceDeadline: null },
      LastDrain: { Status: 'draining', Meta: null },
    });
    const cancelled = await drain(manager, node, { DrainSpec: null, MarkEligible: false });
    expect(cancelled.body).toMatchObject({ EvalIDs: null, EvalCreateIndex: 0 });
    expect(await read(manager, node)).toMatchObject({
      Drain: false,
      SchedulingEligibility: 'ineligible',
      LastDrain: { Status: 'canceled', Meta: null },
    });
  });

  it('refuses a drain of a node that is not there, and one by a token that may only read nodes', async () => {
    const { manager, caller: tokenFor } = await space();
    const node = await emptyNode(manager);
    const unknown = await drain(manager, { ID: '11111111-2222-4333-8444-555555555555' }, { DrainSpec: null });
    expect([unknown.status, unknown.body]).toEqual([500, 'node not found']);
    const denied = await drain(await tokenFor({}, { node: 'read' }), node, { DrainSpec: null });
    expect([denied.status, denied.body]).toEqual([403, 'Permission denied']);
  });
}

interface Written {
  readonly Index: number;
  readonly NodeModifyIndex: number;
  readonly EvalIDs: readonly string[] | null;
  readonly EvalCreateIndex: number;
}

interface DrainedNode extends NomadNode {
  readonly DrainStrategy: { readonly StartedAt: string } | null;
  readonly LastDrain: { readonly Status: string; readonly StartedAt: string; readonly AccessorID: string } | null;
}

function drain(by: Caller, node: { readonly ID: string }, body: object): Promise<NomadResponse> {
  return by.post(`/v1/node/${node.ID}/drain`, body);
}

async function read(by: Caller, node: NomadNode): Promise<DrainedNode> {
  return (await by.get(`/v1/node/${node.ID}`)).body as DrainedNode;
}

async function stub(by: Caller, node: NomadNode): Promise<NomadNode | undefined> {
  return ((await by.get('/v1/nodes')).body as NomadNode[]).find(each => each.ID === node.ID);
}

/** A node on which nothing runs any more: jobs of earlier cases may still be ending. */
async function emptyNode(by: Caller): Promise<NomadNode> {
  const [node] = (await by.get('/v1/nodes')).body as NomadNode[];
  if (node === undefined) throw new Error('the cluster has no node');
  await until('the node to be empty', async () => {
    const allocs = (await by.get(`/v1/node/${node.ID}/allocations`)).body as { ClientStatus: string }[];
    return allocs.every(({ ClientStatus }) => ClientStatus !== 'running' && ClientStatus !== 'pending');
  });
  return node;
}

/** A node with an allocation that outlives its kill signal, so that a drain goes on for a while. */
async function busyNode({ manager, run }: Space): Promise<NomadNode> {
  const node = await emptyNode(manager);
  const command = ['/bin/sh', '-c', 'trap "" INT TERM; while :; do sleep 1; done'] as const;
  await run({ id: 'slow', count: 1, onlyNode: node.Name, tasks: [{ name: 'server', command, killTimeout: 4000 }] });
  return node;
}

const eventNode = (payload: Readonly<Record<string, unknown>>): DrainedNode => payload['Node'] as DrainedNode;

function messagesOf(node: NomadNode): string[] {
  return (node.Events ?? []).map((event: NodeEvent) => event.Message);
}
