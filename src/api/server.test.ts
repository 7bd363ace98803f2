import { describe, expect, it } from 'vitest';
import { SiroccoError } from '../base/errors.ts';
import type { Summary } from '../controller/types.ts';
import type { Log } from '../world/types.ts';
import { createApi, createServe } from './server.ts';
import type { ApiSource } from './types.ts';

const summary: Summary = {
  leading: false,
  term: 0,
  leaseRemainingSeconds: 0,
  ready: true,
  waitingFor: [],
  halted: [],
  schedules: [],
  runsActive: [],
  injectionsActive: [],
  stuckRuns: 0,
  oldestUnrevertedSeconds: 0,
  viewAgeSeconds: 0.2,
  open: [],
};

function setUp(overrides: Partial<ApiSource> = {}) {
  const errors: object[] = [];
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: fields => errors.push(fields),
    child: () => log,
  };
  const source: ApiSource = {
    version: '0.1.0',
    name: 'ctl-1',
    startedAt: Date.UTC(2026, 10, 24, 10),
    summary: () => summary,
    metrics: async given => ({
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      text: `sirocco_leader ${given?.leading === true ? 1 : 0}\n`,
    }),
    ...overrides,
  };
  return { app: createApi(source, log), source, log, errors };
}

describe('HTTP interface', () => {
  it('is alive even before the fold has begun', async () => {
    const response = await setUp({ summary: () => undefined }).app.request('/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'alive', name: 'ctl-1', version: '0.1.0' });
  });

  it.each([
    ['a leader', { ...summary, leading: true }, 200, { status: 'ready', role: 'leader', waiting_for: [] }],
    ['a standby', summary, 200, { status: 'ready', role: 'standby', waiting_for: [] }],
    [
      'one whose view is not filled',
      { ...summary, ready: false, waitingFor: ['shop:chaos/schedule/'] },
      503,
      { status: 'waiting', role: 'standby', waiting_for: ['shop:chaos/schedule/'] },
    ],
    [
      'one that has not begun',
      undefined,
      503,
      { status: 'waiting', role: 'standby', waiting_for: ['the controller to start'] },
    ],
  ])('answers readiness for %s', async (_who, given, status, body) => {
    const response = await setUp({ summary: () => given }).app.request('/health/ready');
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(body);
  });

  it('serves the metrics of this instant as text', async () => {
    const response = await setUp({ summary: () => ({ ...summary, leading: true }) }).app.request('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe('sirocco_leader 1\n');
  });

  it('gives the summary as JSON, with who answers and since when', async () => {
    const response = await setUp().app.request('/v1/status');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.json()).toEqual({
      name: 'ctl-1',
      version: '0.1.0',
      started_at: '2026-11-24T10:00:00.000Z',
      ...summary,
    });
  });

  it.each([
    ['GET', '/v1/stats'],
    ['POST', '/v1/status'],
    ['GET', '/'],
  ])('names the paths that there are when asked for %s %s', async (method, path) => {
    const response = await setUp().app.request(path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        code: 'SIR-503',
        message: `there is no ${method} ${path}`,
        found: `${method} ${path}`,
        allowed: 'GET /health, GET /health/ready, GET /metrics, GET /v1/status',
        hint: expect.any(String),
      },
    });
  });

  it('answers an error of the table with its code, words and status', async () => {
    const { app, errors } = setUp({
      summary: () => {
        throw new SiroccoError({
          code: 'SIR-304',
          message: 'there is no schedule "wbe"',
          key: 'name',
          found: 'wbe',
          allowed: 'web',
          didYouMean: 'web',
        });
      },
    });
    const response = await app.request('/v1/status');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        code: 'SIR-304',
        message: 'there is no schedule "wbe"',
        key: 'name',
        found: 'wbe',
        allowed: 'web',
        did_you_mean: 'web',
        hint: 'sirocco status lists the schedules',
      },
    });
    expect(errors).toEqual([]);
  });

  it('keeps the words of an unexpected error for the log', async () => {
    const { app, errors } = setUp({ metrics: () => Promise.reject(new Error('label secret-name is unknown')) });
    const response = await app.request('/metrics');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret-name');
    expect(errors).toEqual([{ err: new Error('label secret-name is unknown'), path: '/metrics' }]);
  });
});

describe('serve', () => {
  it('listens on a free port of loopback, says where, and frees it', async () => {
    const { source, log } = setUp();
    const server = await createServe(log)(source, { host: '127.0.0.1', port: 0 });
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${server.address}/health`)).status).toBe(200);
    await server.close();
    await expect(fetch(`${server.address}/health`)).rejects.toThrow();
  });

  it('says which address can not be had, and why', async () => {
    const { source, log } = setUp();
    const serve = createServe(log);
    const first = await serve(source, { host: '127.0.0.1', port: 0 });
    const port = Number(new URL(first.address).port);
    await expect(serve(source, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'SIR-500',
      message: `can't listen on 127.0.0.1:${port}: the port is taken`,
      problems: [expect.objectContaining({ key: '--listen', found: `127.0.0.1:${port}` })],
    });
    await first.close();
  });
});
