/** What only a journal ends, on a real Nomad: its guardian stands where nobody kills it by killing the task. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { missingForAgent } from '../support/agent-binary.ts';
import { describeWithNomad } from '../support/named-skip.ts';
import { until } from '../support/until.ts';
import { makeAgentPlace } from './agent-place.ts';
import { processesOf } from './processes.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

/** Microseconds of processor time in each period; -1: no limit. Undefined where Nomad made no version 1 cgroup. */
function quotaOf(alloc: string): string | undefined {
  try {
    return readFileSync(`/sys/fs/cgroup/cpu/nomad/${alloc}.server/cpu.cfs_quota_us`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

const missing = missingForAgent();
if (missing !== undefined) it.skip(`the agent's guardian (skipped: ${missing})`, () => undefined);
else
  describeWithNomad('the guardian of a fault that only a journal ends', () => {
    let cluster: E2eCluster;
    beforeAll(async () => {
      cluster = await startCluster({ clients: 1 });
    }, 120_000);
    afterAll(async () => {
      await cluster.stop();
    }, 60_000);

    it('puts back within two seconds when hold is killed and its client is dead', {
      timeout: 120_000,
    }, async context => {
      const { web, dispatch, over } = await makeAgentPlace(cluster);
      const before = quotaOf(web.ID);
      if (before === undefined) return context.skip('Nomad made no version 1 cpu cgroup for the task');
      const child = await dispatch({ fault: 'cpu-limit', params: { percent: 20 }, duration_ms: 60_000 });
      const { ID: alloc } = await over(child, 'ready');
      expect(quotaOf(web.ID)).toBe('20000');
      for (const client of cluster.real.clients) await client.kill();
      for (const pid of processesOf(alloc).keys()) process.kill(pid, 'SIGKILL');
      await until('the quota to be as before', () => quotaOf(web.ID) === before, { within: 2_000 });
    });
  });
