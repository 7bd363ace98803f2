/** `/v1/status`, `/v1/regions`: answered to everyone. */

import type { Route } from '../route.ts';

export const statusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/status/leader',
    open: true,
    run: ({ cluster }) => ({ body: cluster.servers[cluster.leader] ?? '' }),
  },
  { method: 'GET', path: '/v1/status/peers', open: true, run: ({ cluster }) => ({ body: cluster.servers }) },
  { method: 'GET', path: '/v1/regions', open: true, run: ({ cluster }) => ({ body: [cluster.region] }) },
];
