/** A cluster of this process with a few services on it, and a way to it. */

import { connect } from '../../daemon/connection.ts';
import type { Connection } from '../../daemon/types.ts';
import { type Embedded, startEmbedded } from '../../embedded/index.ts';
import { createClient, type NomadClient } from '../../nomad/client.ts';
import { nomadConfig } from '../../nomad/config.ts';
import type { World } from '../../world/types.ts';
import { demoJob, demoJobs } from './services.ts';

export interface Stage {
  readonly embedded: Embedded;
  readonly nomad: NomadClient;
  /** For a controller of its own. */
  connection(): Connection;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly world: World;
  readonly port: number;
  readonly nodes: number;
  readonly home: string;
  readonly jobs: boolean;
}

/** Starts the cluster, makes the home namespace, and starts the services when asked to. */
export async function openStage({ world, port, nodes, home, jobs }: StageOptions): Promise<Stage> {
  const embedded = await startEmbedded({ world, port, nodes });
  const connection = () => connect(nomadConfig({ NOMAD_ADDR: embedded.address }), world);
  const own = connection();
  const nomad = createClient({ send: request => own.send(request), close: async () => own.close() });
  await nomad.ask({ method: 'PUT', path: `/v1/namespace/${home}`, body: { Name: home }, kind: 'namespace_write' });
  if (jobs)
    for (const id of demoJobs)
      await nomad.ask({ method: 'PUT', path: '/v1/jobs', body: { Job: demoJob(id) }, kind: 'job_register' });
  return {
    embedded,
    nomad,
    connection,
    async close() {
      await own.close();
      await embedded.close();
    },
  };
}

/** Resolves when every service has what it desires and no deployment runs; asks by blocking query. */
export async function servicesReady({ nomad }: Stage): Promise<void> {
  for (let index = 0; ; ) {
    const { body, index: next } = await nomad.ask({
      method: 'GET',
      path: '/v1/deployments',
      namespace: 'default',
      query: index > 0 ? { index: String(index), wait: '5s' } : {},
      kind: 'deployment_list',
      timeoutMs: 15_000,
    });
    const done = (body as { JobID: string; Status: string }[])
      .filter(each => each.Status === 'successful')
      .map(each => each.JobID);
    if (demoJobs.every(id => done.includes(id))) return;
    index = next;
  }
}
