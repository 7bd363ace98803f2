/** The HTTP interface: routes on one application, and the server that carries it. */

import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { errorTable, SiroccoError } from '../base/errors.ts';
import type { Log } from '../world/types.ts';
import { errorBody, problemOf } from './error-body.ts';
import { routes } from './routes/index.ts';
import type { ApiSource, Listen, RunningServer, Serve } from './types.ts';

/** The application with every route; an unexpected error is logged here and answered without its message. */
export function createApi(source: ApiSource, log: Log): Hono {
  const app = new Hono();
  app.use(secureHeaders());
  app.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
  });
  for (const route of routes) route(app, source);
  app.notFound(context => {
    const { method, path } = context.req;
    const known = [...new Set(app.routes.filter(route => route.method === 'GET').map(route => route.path))].sort();
    const problem = {
      code: 'SIR-503',
      message: `there is no ${method} ${path}`,
      found: `${method} ${path}`,
      allowed: known.map(each => `GET ${each}`).join(', '),
    } as const;
    return context.json(errorBody(problem), 404);
  });
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (!(error instanceof SiroccoError)) log.error({ err: error, path: context.req.path }, 'a request failed');
    return context.json(errorBody(problem), errorTable[problem.code].http);
  });
  return app;
}

/** A `Serve` that logs to `log`. */
export function createServe(log: Log): Serve {
  return async (source, listen) => {
    const server = createAdaptorServer({ fetch: createApi(source, log).fetch });
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(notListening(listen, error)));
      server.listen(listen.port, listen.host, () => resolve());
    });
    server.on('error', error => log.error({ err: error }, 'the HTTP server has trouble'));
    return running(server, listen);
  };
}

function running(server: ReturnType<typeof createAdaptorServer>, listen: Listen): RunningServer {
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return {
    address: `http://${host}:${port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function notListening({ host, port }: Listen, cause: Error): SiroccoError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why =
    code === 'EADDRINUSE'
      ? 'the port is taken'
      : code === 'EADDRNOTAVAIL'
        ? 'this machine has no such address'
        : cause.message;
  return new SiroccoError(
    {
      code: 'SIR-500',
      message: `can't listen on ${host}:${port}: ${why}`,
      key: '--listen',
      found: `${host}:${port}`,
      allowed: 'HOST:PORT with a free port',
    },
    [],
    { cause },
  );
}
