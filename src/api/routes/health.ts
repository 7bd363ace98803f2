/** `/health` and `/health/ready`: for orchestrators, balancers and people. */

import type { Health, Readiness } from '../types.ts';
import type { Route } from './route.ts';

/** Alive as long as it answers; ready once the view is filled, for a standby as for the one that acts. */
export const health: Route = (app, source) => {
  app.get('/health', context => {
    const body: Health = { status: 'alive', name: source.name, version: source.version };
    return context.json(body);
  });
  app.get('/health/ready', context => {
    const summary = source.summary();
    const ready = summary?.ready === true;
    const body: Readiness = {
      status: ready ? 'ready' : 'waiting',
      role: summary?.leading === true ? 'leader' : 'standby',
      waiting_for: summary === undefined ? ['the controller to start'] : summary.waitingFor,
    };
    return context.json(body, ready ? 200 : 503);
  });
};
