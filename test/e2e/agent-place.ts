/** A place with a job and the agent's parent on its node, dispatches to it, and what becomes of them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readEvents } from '../../src/agent/events.ts';
import { parentId } from '../../src/agent/parent.ts';
import { readPayload } from '../../src/agent/payload.ts';
import type { AgentEvent, AgentPayload } from '../../src/agent/types.ts';
import type { Allocation } from '../../src/nomad/types.ts';
import { agentBinary } from '../support/agent-binary.ts';
import { until } from '../support/until.ts';
import { type Ran, sirocco } from './command-line.ts';
import { type Cluster, makePlace } from './place.ts';

export interface AgentPlace {
  /** The one allocation of job `web`. */
  readonly web: Allocation;
  /** Registers the parent once more. */
  install(): Promise<Ran>;
  /** Id of the child. */
  dispatch(over?: Partial<AgentPayload>): Promise<string>;
  /** The child's allocation once a task of it is over. */
  over(child: string, task: string): Promise<Allocation>;
  /** What a task told. */
  told(alloc: string, task: string): Promise<readonly AgentEvent[]>;
  stop(child: string): Promise<void>;
  end(): Promise<void>;
}

export async function makeAgentPlace(cluster: Cluster): Promise<AgentPlace> {
  const place = await makePlace(cluster);
  const { namespace } = place;
  const [web] = await place.run({ id: 'web', count: 1 });
  if (web === undefined) throw new Error('no allocation of web');
  const state = mkdtempSync(join(tmpdir(), 'sirocco-state-'));
  const env = { NOMAD_ADDR: place.nomad.address, NOMAD_TOKEN: cluster.managementToken };
  const line = ['agent', 'install', web.NodeID, '--home', namespace, '--command', agentBinary(), '--state', state];
  const install = () => sirocco(line, env);
  expect(await install()).toMatchObject({ code: 0, out: expect.stringContaining('registered') });
  return {
    web,
    install,
    async dispatch(over = {}) {
      const payload: AgentPayload = {
        v: 1,
        run: `${namespace}_k_20261124T100000Z`,
        intent: `${namespace}_k_20261124T100000Z/0`,
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
      const answer = await cluster.call<{ DispatchedJobID: string }>(
        `/v1/job/${parentId(web.NodeID)}/dispatch?namespace=${namespace}&idempotency_token=${payload.intent}`,
        {
          method: 'PUT',
          body: {
            Payload: Buffer.from(JSON.stringify(payload)).toString('base64'),
            Meta: { sirocco_run: payload.run, sirocco_intent: payload.intent },
          },
        },
      );
      return answer.DispatchedJobID;
    },
    over: (child, task) =>
      until(
        `task ${task} of ${child} to be over`,
        async () => {
          const [only] = await place.allocations(encodeURIComponent(child));
          return only?.TaskStates?.[task]?.State === 'dead' && only;
        },
        { within: 30_000 },
      ),
    async told(alloc, task) {
      const query = `task=${task}&type=stdout&plain=true&origin=start&namespace=${namespace}`;
      const response = await fetch(`${place.nomad.address}/v1/client/fs/logs/${alloc}?${query}`, {
        headers: { 'X-Nomad-Token': cluster.managementToken },
      });
      return readEvents(await response.text()).events;
    },
    async stop(child) {
      await cluster.call(`/v1/job/${encodeURIComponent(child)}?namespace=${namespace}`, { method: 'DELETE' });
    },
    async end() {
      await place.endJobs();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
