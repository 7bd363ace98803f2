/** `/metrics`, for Prometheus. */

import type { Route } from './route.ts';

/** Every metric of this instant, in the text format. */
export const metrics: Route = (app, source) => {
  app.get('/metrics', async context => {
    const page = await source.metrics(source.summary());
    return context.body(page.text, 200, { 'content-type': page.contentType });
  });
};
