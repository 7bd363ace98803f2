import { afterEach, expect, it } from 'vitest';
import type { NodeEvent, NomadNode, NomadResponse } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { allocationsOf } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import { type Caller, caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

/** Nodes: what lists and reads say, eligibility and its events, and a drain. Each case leaves its node eligible. */
export function nodeCases({ cluster, space }: Contract): void {
  // The nodes are shared: a case that fails half-way must not take the others with it.
  afterEach(async () => {
    const manager = caller(cluster().address, 'default', cluster().managementToken);
    const nodes = (await manager.get('/v1/nodes')).body as NomadNode[];
    for (const node of nodes.filter(one => one.SchedulingEligibility !== 'eligible')) {
      await manager.put(`/v1/node/${node.ID}/drain`, { DrainSpec: null, MarkEligible: true });
      await eligibility(manager, node, 'eligible');
    }
  });

  it('lists nodes as stubs, and their attributes and events only in a read', async () => {
    const { manager } = await space();
    const nodes = (await manager.get('/v1/nodes')).body as NomadNode[];
    expect(nodes).toHaveLength(3);
    for (const node of nodes) {
      expect(node).toMatchObject({
        Status: 'ready',
        SchedulingEligibility: 'eligible',
        Drain: false,
        NodePool: 'default',
      });
      expect(node.Attributes ?? null).toBeNull();
    }
    expect(new Set(nodes.map(node => node.Name)).size).toBe(3);
    const read = (await manager.get(`/v1/node/${nodes[0]?.ID}`)).body as NomadNode;
    expect(read).toMatchObject({ ID: nodes[0]?.ID, Name: nodes[0]?.Name });
    expect(read.Attributes?.['kernel.name']).toBe('linux');
    expect(read.Events?.map(event => event.Message)).toContain('Node registered');
  });

  it('marks a node as ineligible and eligible again, each with an event', async () => {
    const { manager } = await space();
    const node = await anyNode(manager);
    const off = await eligibility(manager, node, 'ineligible');
    expect(off.status).toBe(200);
    const { Index } = off.body as { Index: number };
    expect(Index).toBeGreaterThan(node.ModifyIndex);
    expect(off.index).toBe(Index);
    expect((await read(manager, node)).SchedulingEligibility).toBe('ineligible');
    expect((await eligibility(manager, node, 'eligible')).status).toBe(200);
    const now = await read(manager, node);
    expect(now.SchedulingEligibility).toBe('eligible');
    expect(messagesOf(now).slice(-2)).toEqual([
      'Node marked as ineligible for scheduling',
      'Node marked as eligible for scheduling',
    ]);
  });

  it('answers the present value with 200 and index 0, and leaves no event', async () => {
    const { manager } = await space();
    const node = await anyNode(manager);
    const before = await read(manager, node);
    const answer = await eligibility(manager, node, 'eligible');
    expect([answer.status, answer.index]).toEqual([200, 0]);
    expect(answer.body).toMatchObject({ Index: 0 });
    const after = await read(manager, node);
    expect(after.ModifyIndex).toBe(before.ModifyIndex);
    expect(after.Events).toEqual(before.Events);
  });

  it('places nothing on an ineligible node until it is eligible', async () => {
    const { namespace, manager } = await space();
    const node = await anyNode(manager);
    await eligibility(manager, node, 'ineligible');
    const Job = jobSpec({ id: 'pinned', namespace, count: 1, onlyNode: node.Name });
    const { EvalID } = (await manager.put('/v1/jobs', { Job })).body as { EvalID: string };
    const done = await until('the evaluation to be done', async () => {
      const evaluation = (await manager.get(`/v1/evaluation/${EvalID}`)).body as {
        Status: string;
        BlockedEval?: string;
      };
      return evaluation.Status === 'complete' && evaluation;
    });
    expect(done.BlockedEval).toMatch(/^[0-9a-f-]{36}$/);
    expect(await allocationsOf(manager.get, 'pinned')).toEqual([]);
    await eligibility(manager, node, 'eligible');
    await until('the allocation to run', async () => {
      const [one] = await allocationsOf(manager.get, 'pinned');
      return one?.ClientStatus === 'running' && one.NodeID === node.ID;
    });
  });

  it('refuses to mark a draining node as eligible, and makes an ended drain ineligible', async () => {
    const { manager, run } = await space();
    const node = await anyNode(manager);
    // It outlives its kill signal: so the drain goes on for a while.
    const command = ['/bin/sh', '-c', 'trap "" INT TERM; while :; do sleep 1; done'] as const;
    await run({ id: 'slow', count: 1, onlyNode: node.Name, tasks: [{ name: 'server', command, killTimeout: 3000 }] });
    const drain = { DrainSpec: { Deadline: 60e9, IgnoreSystemJobs: true }, Meta: { sirocco_run: 'a' } };
    expect((await manager.put(`/v1/node/${node.ID}/drain`, drain)).status).toBe(200);
    expect(await read(manager, node)).toMatchObject({
      Drain: true,
      SchedulingEligibility: 'ineligible',
      LastDrain: { Status: 'draining', Meta: { sirocco_run: 'a' } },
    });
    const refused = await eligibility(manager, node, 'eligible');
    expect(refused.status).toBe(500);
    expect(refused.body).toContain("can not set node's scheduling eligibility to eligible while it is draining");
    const drained = await until('the drain to end', async () => {
      const now = await read(manager, node);
      return !now.Drain && now;
    });
    expect(drained).toMatchObject({ SchedulingEligibility: 'ineligible', LastDrain: { Status: 'complete' } });
    expect(messagesOf(drained)).toEqual(expect.arrayContaining(['Node drain strategy set', 'Node drain complete']));
    await eligibility(manager, node, 'eligible');
    expect((await read(manager, node)).SchedulingEligibility).toBe('eligible');
  });

  it('answers 404 for a read of an unknown node, and 500 for its eligibility', async () => {
    const { manager } = await space();
    const unknown = '11111111-2222-4333-8444-555555555555';
    expect((await manager.get(`/v1/node/${unknown}`)).status).toBe(404);
    const answer = await manager.put(`/v1/node/${unknown}/eligibility`, { Eligibility: 'ineligible' });
    expect([answer.status, answer.body]).toEqual([500, 'node not found']);
  });
}

async function anyNode(by: Caller): Promise<NomadNode> {
  const [node] = (await by.get('/v1/nodes')).body as NomadNode[];
  if (node === undefined) throw new Error('the cluster has no node');
  return node;
}

async function read(by: Caller, node: NomadNode): Promise<NomadNode> {
  return (await by.get(`/v1/node/${node.ID}`)).body as NomadNode;
}

function eligibility(by: Caller, node: NomadNode, Eligibility: string): Promise<NomadResponse> {
  return by.put(`/v1/node/${node.ID}/eligibility`, { NodeID: node.ID, Eligibility });
}

function messagesOf(node: NomadNode): string[] {
  return (node.Events ?? []).map((event: NodeEvent) => event.Message);
}
