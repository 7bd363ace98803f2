/** `/v1/status`: the controller's own account of itself. */

import { SiroccoError } from '../../base/errors.ts';
import type { Status } from '../types.ts';
import type { Route } from './route.ts';

/** The summary as JSON, with who answers. */
export const status: Route = (app, source) => {
  app.get('/v1/status', context => {
    const summary = source.summary();
    if (summary === undefined) throw new SiroccoError({ code: 'SIR-502', message: 'the controller is not running' });
    const body: Status = {
      name: source.name,
      version: source.version,
      started_at: new Date(source.startedAt).toISOString(),
      ...summary,
    };
    return context.json(body);
  });
};
