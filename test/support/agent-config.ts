/** Configuration of the tests' Nomad agents: all on loopback, each with its own ports and folder. */

export interface AgentPorts {
  readonly http: number;
  readonly rpc: number;
  readonly serf: number;
}

export interface AgentPlace {
  readonly name: string;
  readonly dataDir: string;
  readonly ports: AgentPorts;
}

export type AgentConfig = { readonly [key: string]: unknown };

const loopback = '127.0.0.1';

function common(place: AgentPlace): AgentConfig {
  return {
    name: place.name,
    data_dir: place.dataDir,
    bind_addr: loopback,
    advertise: { http: loopback, rpc: loopback, serf: loopback },
    ports: place.ports,
    acl: { enabled: true },
    disable_update_check: true,
    leave_on_interrupt: false,
    leave_on_terminate: false,
  };
}

/** A server of a cluster of `peers.length`; `peers` are the serf ports of all of them. */
export function serverConfig(place: AgentPlace, peers: readonly number[], more: AgentConfig = {}): AgentConfig {
  return {
    ...common(place),
    log_level: 'DEBUG',
    server: {
      enabled: true,
      bootstrap_expect: peers.length,
      raft_multiplier: 1,
      server_join: {
        retry_join: peers.filter(port => port !== place.ports.serf).map(port => `${loopback}:${port}`),
        retry_interval: '1s',
      },
      ...more,
    },
  };
}

export interface ClientNeeds {
  /** RPC ports of the servers. */
  readonly servers: readonly number[];
  /** First of the 500 dynamic ports that are this client's own: several clients share one machine. */
  readonly dynamicPort: number;
  readonly nodeClass?: string;
  readonly meta?: Readonly<Record<string, string>>;
}

/** A client with `raw_exec`; the fingerprints that ask a cloud's address are left out. */
export function clientConfig(place: AgentPlace, needs: ClientNeeds, more: AgentConfig = {}): AgentConfig {
  return {
    ...common(place),
    log_level: 'DEBUG',
    client: {
      enabled: true,
      servers: needs.servers.map(port => `${loopback}:${port}`),
      network_interface: 'lo',
      cpu_total_compute: 8000,
      memory_total_mb: 4096,
      min_dynamic_port: needs.dynamicPort,
      max_dynamic_port: needs.dynamicPort + 499,
      // A nearly full disk must not make the client collect what a test still looks at.
      gc_disk_usage_threshold: 99,
      gc_inode_usage_threshold: 99,
      gc_max_allocs: 500,
      options: { 'fingerprint.denylist': 'env_aws,env_gce,env_azure,env_digitalocean' },
      ...(needs.nodeClass === undefined ? {} : { node_class: needs.nodeClass }),
      ...(needs.meta === undefined ? {} : { meta: needs.meta }),
      ...more,
    },
    plugin: { raw_exec: { config: { enabled: true } } },
  };
}
