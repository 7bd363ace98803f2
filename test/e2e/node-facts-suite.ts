/** Targets by the attributes and meta of nodes, from the Variable to the harm; the same on a Nomad of either kind. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NomadNode } from '../../src/nomad/types.ts';
import { until } from '../support/until.ts';
import { sirocco } from './command-line.ts';
import { type ControllerHandle, startController } from './controller-handle.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, controllerRights, type Items, makePlace, type Place, signalsOf } from './place.ts';

interface Body {
  readonly message?: string;
  readonly excluded: readonly { readonly name: string; readonly why: string }[];
  readonly intents: readonly { readonly target: { readonly node?: string; readonly alloc?: string } }[];
}

const withinMs = 120_000;
const rack = 'sirocco.rack';

/** Four nodes, the first three in racks r1, r2 and r3; a job on each, and one controller. */
export function describeNodeFacts(start: () => Promise<Cluster & { stop(): Promise<void> }>): void {
  let cluster: Cluster & { stop(): Promise<void> };
  let place: Place;
  let controller: ControllerHandle;
  let nodes: readonly NomadNode[];

  beforeAll(async () => {
    cluster = await start();
    const listed = await cluster.call<NomadNode[]>('/v1/nodes');
    nodes = listed.toSorted((a, b) => (a.Name < b.Name ? -1 : 1));
    await Promise.all(nodes.slice(0, 3).map((node, at) => setMeta(node.ID, `r${at + 1}`)));
    place = await makePlace(cluster, controllerRights);
    await place.put('chaos/control/limits', {
      max_group_percent: '100',
      max_namespace_percent: '100',
      max_nodes_percent: '100',
      min_interval_per_job: '0s',
    });
    await Promise.all(nodes.map(({ Name }, at) => place.run({ id: `web-${at}`, count: 1, onlyNode: Name })));
    controller = await startController(place.options('one'), place.nomad);
    await controller.leads();
  }, 120_000);

  afterAll(async () => {
    await controller?.end();
    await cluster?.stop();
  }, 60_000);

  /** A client tells its servers a little later. */
  async function setMeta(id: string, value: string): Promise<void> {
    const body = { NodeID: id, Meta: { [rack]: value } };
    await cluster.call(`/v1/client/metadata?node_id=${id}`, { method: 'POST', body });
    await until(`rack ${value}`, async () => {
      return (await cluster.call<NomadNode>(`/v1/node/${id}`)).Meta?.[rack] === value;
    });
  }

  async function ranOnce(name: string, spec: string): Promise<{ readonly verdict: string; readonly body: Body }> {
    await place.put(`chaos/schedule/${name}`, { spec });
    const items = await until(
      `the run of ${name}`,
      async () => {
        const runs = [...(await place.records())].filter(([id]) => id.startsWith(`${place.namespace}_${name}_`));
        return runs.find(([, each]) => each['state'] === 'done')?.[1];
      },
      { within: withinMs - 30_000 },
    );
    return { verdict: verdictIn(items as Items), body: JSON.parse((items as Items)['body'] ?? '{}') as Body };
  }

  const idOf = (at: number) => nodes[at]?.ID ?? '';

  it('kills only what runs on a node that matches, and says of the others why not', { timeout: withinMs }, async () => {
    const target = `{job: "web-*", node_meta: {${rack}: "r[13]"}, node_attribute: {kernel.name: lin*}, pick: {mode: all}}`;
    const spec = `target: ${target}\nschedule: {at: now}\nmethod: [{fault: alloc-kill}]\nrecovery: {within: 60s}\n`;
    const { verdict, body } = await ranOnce('kill', spec);
    expect(verdict, `${body.message}\n${controller.story()}`).toBe('passed');
    const allocations = (await Promise.all(nodes.map((_, at) => place.allocations(`web-${at}`)))).flat();
    const hit = allocations.filter(each => signalsOf([each]) > 0).map(each => each.NodeID);
    expect(new Set(hit)).toEqual(new Set([idOf(0), idOf(2)]));
    expect(body.excluded.map(({ why }) => why.replace(/^.*, whose /, '')).sort()).toEqual([
      `node_meta ${rack} is absent, not r[13]`,
      `node_meta ${rack} is r2, not r[13]`,
    ]);
  });

  it('marks a node by its meta, but for what an exclusion names', { timeout: withinMs }, async () => {
    const target = `{node_attribute: {kernel.name: linux}, exclude: [{node_meta: {${rack}: "r[12]"}}], pick: {mode: oldest}}`;
    const twice = `target: ${target.replace('oldest', 'all')}\nschedule: {at: now}\nmethod: [{fault: node-ineligible, duration: 2s}]\n`;
    const { verdict, body } = await ranOnce('cordon', twice);
    expect(verdict, `${body.message}\n${controller.story()}`).toBe('passed');
    expect(new Set(body.intents.map(each => each.target.node))).toEqual(new Set([idOf(2), idOf(3)]));
    expect(body.excluded).toMatchObject([
      { why: expect.stringContaining(`target.exclude {node_meta: {${rack}: r[12]}}`) },
    ]);
  });

  it('follows the meta of a node as it changes, and a plan tells the same', { timeout: withinMs }, async () => {
    await setMeta(idOf(1), 'r9');
    const spec = `target: {node_meta: {${rack}: r9}}\nschedule: {at: now}\nmethod: [{fault: node-ineligible, duration: 2s}]\n`;
    const { verdict, body } = await ranOnce('moved', spec);
    expect(verdict, `${body.message}\n${controller.story()}`).toBe('passed');
    expect(body.intents.map(each => each.target.node)).toEqual([idOf(1)]);
    const env = {
      NOMAD_ADDR: place.nomad.address,
      NOMAD_TOKEN: place.nomad.token,
      NOMAD_NAMESPACE: place.namespace,
      SIROCCO_HOME: place.namespace,
    };
    const told = await sirocco(['plan', '--var', 'chaos/schedule/moved', '--output', 'table'], env);
    expect(told.out, told.err).toContain(`chosen: node ${nodes[1]?.Name}`);
    expect(told.out).toContain(`its node_meta ${rack} is r1, not r9`);
    expect(told.out).toContain(`its node_meta ${rack} is absent, not r9`);
  });
}
