/** How a controller's probes are asked, and what they may never reach: Nomad, Consul and Vault as this process knows them. */

import type { AskProbe } from '../../daemon/types.ts';
import { askProbe } from '../../world/probe-net.ts';
import type { DeniedEndpoint } from '../../world/probe-reach.ts';
import type { Cli, Environment } from '../cli.ts';

const places: readonly { readonly what: string; readonly key: string; readonly port: number; readonly none: string }[] =
  [
    { what: 'Nomad', key: 'NOMAD_ADDR', port: 4646, none: 'http://127.0.0.1:4646' },
    { what: 'Consul', key: 'CONSUL_HTTP_ADDR', port: 8500, none: 'http://127.0.0.1:8500' },
    { what: 'Vault', key: 'VAULT_ADDR', port: 8200, none: 'https://127.0.0.1:8200' },
  ];

/** Asks with the clock of this process. `nomad`: its address, where a flag gave it. */
export function probeAsker({ clock, env }: Pick<Cli, 'clock' | 'env'>, nomad?: string): AskProbe {
  const endpoints = deniedEndpoints(nomad === undefined ? env : { ...env, NOMAD_ADDR: nomad });
  return (call, allow) =>
    askProbe(call, {
      denied: { endpoints },
      clock,
      timers: clock,
      ...(allow === undefined ? {} : { allow }),
    });
}

/** Addresses without a host, such as a socket's path, are no place for a probe. */
function deniedEndpoints(env: Environment): readonly DeniedEndpoint[] {
  return places.flatMap(({ what, key, port, none }) => {
    const written = env[key];
    const text = written === undefined || written === '' ? none : written;
    const url = URL.parse(text.includes('://') ? text : `http://${text}`);
    if (url === null || url.hostname === '' || url.protocol === 'unix:') return [];
    const own = url.port === '' ? (url.protocol === 'https:' ? 443 : port) : Number(url.port);
    return [{ what, host: url.hostname, port: own }];
  });
}
