/** The host agent as a job of Nomad's: its four tasks, by dispatches that a person makes. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readEvents } from '../../src/agent/events.ts';
import { parentId } from '../../src/agent/parent.ts';
import { readPayload } from '../../src/agent/payload.ts';
import type { AgentPayload } from '../../src/agent/types.ts';
import type { Allocation } from '../../src/nomad/types.ts';
import { agentBinary } from '../support/agent-binary.ts';
import { until } from '../support/until.ts';
import { sirocco } from './command-line.ts';
import { type Cluster, makePlace, type Place } from './place.ts';

const withinMs = 120_000;

/** Processes of an allocation, by the mark that Nomad gives them, with their states as proc has them. */
function processesOf(alloc: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(`NOMAD_ALLOC_ID=${alloc}\0`)) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      found.set(Number(name), stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}

const statesOf = (alloc: string) => [...processesOf(alloc).values()].sort().join('');

/** Registers the cases; each has a place of its own. */
export function agentSuite(getCluster: () => Cluster): void {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  async function prepared() {
    const place = await makePlace(getCluster());
    const [web] = await place.run({ id: 'web', count: 1 });
    if (web === undefined) throw new Error('no allocation of web');
    const state = mkdtempSync(join(tmpdir(), 'sirocco-state-'));
    folders.push(state);
    const env = { NOMAD_ADDR: place.nomad.address, NOMAD_TOKEN: getCluster().managementToken };
    const args = ['agent', 'install', web.NodeID, '--home', place.namespace, '--command', agentBinary()];
    const installed = await sirocco([...args, '--state', state], env);
    expect(installed).toMatchObject({ code: 0, out: expect.stringContaining('registered') });
    return { place, web, install: () => sirocco([...args, '--state', state], env) };
  }

  async function dispatched(place: Place, web: Allocation, over: Partial<AgentPayload>) {
    const payload: AgentPayload = {
      v: 1,
      run: `${place.namespace}_k_20261124T100000Z`,
      intent: `${place.namespace}_k_20261124T100000Z/0`,
      fault: 'process-pause',
      params: {},
      targets: [{ alloc: web.ID }],
      scope: 'alloc',
      duration_ms: 60_000,
      lease_ms: 30_000,
      not_after: new Date(Date.now() + 60_000).toISOString(),
      spare: [],
      nomad: { addr: place.nomad.address, servers: [] },
      ...over,
    };
    expect(readPayload(payload)).toMatchObject({ ok: true });
    const answer = await getCluster().call<{ DispatchedJobID: string }>(
      `/v1/job/${parentId(web.NodeID)}/dispatch?namespace=${place.namespace}&idempotency_token=${payload.intent}`,
      {
        method: 'PUT',
        body: {
          Payload: Buffer.from(JSON.stringify(payload)).toString('base64'),
          Meta: { sirocco_run: payload.run, sirocco_intent: payload.intent },
        },
      },
    );
    return answer.DispatchedJobID;
  }

  /** The child's one allocation once a task of it is over; throws where that task failed and was not to. */
  const over = (place: Place, child: string, task: string) =>
    until(
      `task ${task} of ${child} to be over`,
      async () => {
        const [only] = await place.allocations(encodeURIComponent(child));
        return only?.TaskStates?.[task]?.State === 'dead' && only;
      },
      { within: 30_000 },
    );

  const told = async (place: Place, alloc: string, task: string) => {
    const path = `/v1/client/fs/logs/${alloc}?task=${task}&type=stdout&plain=true&origin=start&namespace=${place.namespace}`;
    const response = await fetch(`${place.nomad.address}${path}`, {
      headers: { 'X-Nomad-Token': getCluster().managementToken },
    });
    return readEvents(await response.text()).events;
  };

  it('stops the processes of an allocation until its child is stopped, and tells of each step', {
    timeout: withinMs,
  }, async () => {
    const { place, web } = await prepared();
    const before = statesOf(web.ID);
    const child = await dispatched(place, web, {});
    const { ID: alloc, TaskStates } = await over(place, child, 'ready');
    expect(TaskStates?.['ready']?.Failed).toBe(false);
    expect(statesOf(web.ID)).toMatch(/^t+$/);
    await getCluster().call(`/v1/job/${encodeURIComponent(child)}?namespace=${place.namespace}`, { method: 'DELETE' });
    const ended = await over(place, child, 'revert');
    expect(ended.TaskStates?.['revert']?.Failed).toBe(false);
    expect(statesOf(web.ID)).toBe(before);
    const words = (await told(place, alloc, 'hold')).map(({ event }) => event);
    expect(words).toEqual(expect.arrayContaining(['changed', 'in_force', 'terminated', 'undone', 'reverted']));
    await place.endJobs();
  });

  it('puts back at the deadline by itself, and its child is complete', { timeout: withinMs }, async () => {
    const { place, web } = await prepared();
    const child = await dispatched(place, web, {
      fault: 'cpu-stress',
      params: { percent: 20 },
      duration_ms: 2_000,
    });
    const ended = await over(place, child, 'revert');
    expect(Object.values(ended.TaskStates ?? {}).map(({ Failed }) => Failed)).toEqual([false, false, false, false]);
    const events = await told(place, ended.ID, 'hold');
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['in_force', 'evidence', 'deadline']));
    const evidence = events.find(({ event }) => event === 'evidence')?.data as { used_cores: number };
    expect(evidence.used_cores).toBeGreaterThan(0.05);
    await place.endJobs();
  });

  it('refuses what it can not do with its exit code, and changes nothing', { timeout: withinMs }, async () => {
    const { place, web } = await prepared();
    const child = await dispatched(place, web, { not_after: '2020-01-01T00:00:00Z' });
    const ended = await over(place, child, 'revert');
    expect(ended.TaskStates?.['inject']).toMatchObject({ State: 'dead', Failed: true });
    const failed = (await told(place, ended.ID, 'inject')).find(({ event }) => event === 'failed');
    expect(failed).toMatchObject({ code: 75, words: expect.stringContaining('not_after') });
    await place.endJobs();
  });

  it('is registered once: the same job again changes nothing', { timeout: withinMs }, async () => {
    const { place, install } = await prepared();
    expect(await install()).toMatchObject({ code: 0, out: expect.stringContaining('as it was') });
    await place.endJobs();
  });
}
