import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ApiSource, Serve } from '../api/types.ts';
import type { ControllerConfig } from '../controller/types.ts';
import type { NomadRequest, Outcome } from '../nomad/types.ts';
import type { Publisher } from '../publish/types.ts';
import { startDaemon } from './daemon.ts';
import { fakeTime, recordedLog } from './fake-time.ts';
import type { Connection } from './types.ts';

const config: ControllerConfig = {
  home: 'sirocco',
  prefix: 'chaos',
  namespaces: ['shop'],
  name: 'ctl-1',
  region: 'global',
};
const publisher: Publisher = {
  note: () => {},
  request: () => {},
  page: async () => ({ contentType: 'text/plain', text: '' }),
};
const unreachable: Outcome = { kind: 'refused', status: 0, reason: 'unreachable', message: 'connect ECONNREFUSED' };

function setUp(overrides: Partial<Parameters<typeof startDaemon>[0]> = {}) {
  const time = fakeTime();
  const log = recordedLog();
  const sent: NomadRequest[] = [];
  const closed: string[] = [];
  const sources: ApiSource[] = [];
  const connection: Connection = {
    send: async request => {
      sent.push(request);
      return unreachable;
    },
    openStream: () => ({ close: () => {} }),
    close: () => {
      closed.push('connection');
    },
  };
  const serve: Serve = async source => {
    sources.push(source);
    return {
      address: 'http://127.0.0.1:9646',
      close: async () => {
        closed.push('server');
      },
    };
  };
  const world = { ...time, log, bytes: (n: number) => new Uint8Array(n) };
  const options = {
    config,
    connection,
    world,
    catalog: new Map(),
    gates: [],
    version: '0.1.0',
    publisher,
    serve,
    listen: { host: '127.0.0.1', port: 9646 },
    ...overrides,
  };
  return { time, log, sent, closed, sources, start: () => startDaemon(options) };
}

describe('daemon', () => {
  it('asks Nomad for its lock and its Variables at once, and waits for them before it is ready', async () => {
    const { sent, sources, start } = setUp();
    const daemon = await start();
    expect(daemon.address).toBe('http://127.0.0.1:9646');
    const asked = sent.map(
      ({ path, query, namespace }) => `${namespace} ${path} ${query?.['prefix'] ?? Object.keys(query ?? {}).join()}`,
    );
    expect(asked).toEqual(
      expect.arrayContaining([
        'sirocco /v1/var/chaos/control/leader lock-acquire',
        'shop /v1/vars chaos/schedule/',
        'sirocco /v1/vars chaos/control/',
      ]),
    );
    expect(sources[0]?.summary()).toMatchObject({
      leading: false,
      ready: false,
      waitingFor: expect.arrayContaining(['shop:chaos/schedule/']),
    });
    await daemon.stop('handover');
  });

  it('stops in order when it holds no lock: server and connection are closed, and the last line says so', async () => {
    const { closed, log, sources, start } = setUp();
    const daemon = await start();
    const report = await daemon.stop('handover');
    expect(report).toMatchObject({ how: 'exit', open: [] });
    expect(await daemon.stopped).toBe(report);
    expect(closed.sort()).toEqual(['connection', 'server']);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: expect.stringMatching(/^stopped: /) });
    expect(daemon.summary()).toBeUndefined();
    expect(sources[0]?.summary()).toBeUndefined();
  });

  it('stops at SIGTERM and leaves no listener', async () => {
    const signals = new EventEmitter();
    const { start } = setUp({
      signals,
      config: { ...config, self: { namespace: 'sirocco', job: 'controller', alloc: 'a', node: 'n' } },
    });
    const daemon = await start();
    signals.emit('SIGTERM');
    expect(await daemon.stopped).toMatchObject({ how: 'exit' });
    expect(signals.eventNames()).toEqual([]);
  });

  it('begins nothing when it can not listen', async () => {
    const { sent, start } = setUp({ serve: () => Promise.reject(new Error('the port is taken')) });
    await expect(start()).rejects.toThrow('the port is taken');
    expect(sent).toEqual([]);
  });

  it('has no HTTP interface unless it is told where', async () => {
    const { closed, start } = setUp();
    const { start: silent, sources } = setUp({ listen: undefined as never });
    const daemon = await silent();
    expect(daemon.address).toBeUndefined();
    expect(sources).toEqual([]);
    await daemon.stop('handover');
    await (await start()).stop('handover');
    expect(closed).toHaveLength(2);
  });
});
