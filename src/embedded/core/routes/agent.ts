/** `/v1/agent`: this server about itself and its peers. */

import { denied } from '../failure.ts';
import type { Call, Route } from '../route.ts';
import { needNode } from '../route.ts';

function member({ cluster }: Call, at: number): Readonly<Record<string, unknown>> {
  const address = cluster.servers[at] ?? '';
  const [host = '', port = ''] = address.split(':');
  return {
    Name: `embedded-${at + 1}.${cluster.region}`,
    Addr: host,
    Port: Number(port) + 1,
    Status: 'alive',
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
    Tags: {
      id: cluster.serverIds[at] ?? '',
      role: 'nomad',
      region: cluster.region,
      dc: cluster.datacenter,
      rpc_addr: host,
      port,
      build: '2.0.6',
      revision: '',
      raft_vsn: '3',
      vsn: '1',
      expect: String(cluster.servers.length),
    },
  };
}

const ok = { ok: true, message: 'ok' };

export const agentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/agent/health',
    open: true,
    run: ({ query }) => ({ body: query['type'] === undefined ? { client: ok, server: ok } : { [query['type']]: ok } }),
  },
  {
    method: 'GET',
    path: '/v1/agent/members',
    run(call) {
      needNode(call, 'read');
      const { cluster } = call;
      const Members = cluster.servers.map((_, at) => member(call, at));
      return {
        body: { ServerName: 'embedded-1', ServerRegion: cluster.region, ServerDC: cluster.datacenter, Members },
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/agent/servers',
    run(call) {
      if (!call.access.agent('read')) throw denied();
      return { body: call.cluster.servers };
    },
  },
  {
    method: 'GET',
    path: '/v1/agent/self',
    run(call) {
      if (!call.access.agent('read')) throw denied();
      const { cluster } = call;
      const Version = {
        Version: '2.0.6',
        VersionPrerelease: '',
        VersionMetadata: 'embedded',
        Revision: '',
        BuildDate: null,
      };
      return {
        body: {
          config: {
            Region: cluster.region,
            Datacenter: cluster.datacenter,
            NodeName: 'embedded-1',
            BindAddr: '127.0.0.1',
            DevMode: true,
            ACL: { Enabled: cluster.acl },
            Server: {
              Enabled: true,
              BootstrapExpect: cluster.servers.length,
              EnableEventBroker: true,
              EventBufferSize: cluster.events.size,
            },
            Client: { Enabled: true },
            Limits: { HTTPMaxConnsPerClient: 100 },
            Version,
          },
          member: member(call, 0),
          stats: {
            nomad: {
              server: 'true',
              leader: String(cluster.leader === 0),
              leader_addr: cluster.servers[cluster.leader] ?? '',
              known_regions: '1',
            },
            raft: {
              commit_index: String(cluster.tables.index),
              applied_index: String(cluster.tables.index),
              state: cluster.leader === 0 ? 'Leader' : 'Follower',
              num_peers: String(cluster.servers.length - 1),
            },
          },
        },
      };
    },
  },
];
