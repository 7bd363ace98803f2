import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../nomad/types.ts';
import { recordedLog } from './fake-time.ts';
import { listenForSignals, logEnd, stopMode } from './shutdown.ts';
import type { StopMode } from './types.ts';

const self = { namespace: 'sirocco', job: 'controller', alloc: 'a', node: 'n' };
const job = (body: unknown, status = 200): Outcome => ({ kind: 'ok', response: { status, index: 1, body } });

describe('stopMode', () => {
  it.each<[string, Outcome | Error, StopMode]>([
    ['our job runs', job({ ID: 'controller', Stop: false }), 'handover'],
    ['our job was stopped', job({ ID: 'controller', Stop: true }), 'drain'],
    ['our job is gone', { kind: 'refused', status: 404, reason: 'not-found', message: 'job not found' }, 'drain'],
    ['our job is gone, told as a value', job(null, 404), 'drain'],
    ['we may not ask', { kind: 'refused', status: 403, reason: 'denied', message: 'Permission denied' }, 'handover'],
    ['Nomad does not answer', { kind: 'ambiguous', status: 0, message: 'timed out' }, 'handover'],
    ['the transport is closed', new Error('closed'), 'handover'],
  ])('when %s', async (_when, outcome, expected) => {
    const asked: unknown[] = [];
    const mode = await stopMode({
      self,
      drain: false,
      requestOf: call => ({ method: 'GET', path: `/v1/job/${'job' in call ? call.job : ''}`, kind: call.op }),
      send: async request => {
        asked.push(request);
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    });
    expect(mode).toBe(expected);
    expect(asked).toEqual([{ method: 'GET', path: '/v1/job/controller', kind: 'read-job', timeoutMs: 1_000 }]);
  });

  it.each([
    ['told to drain', { self, drain: true }],
    ['no job brings another', { self: undefined, drain: false }],
  ])('drains without asking when %s', async (_when, given) => {
    const never = () => {
      throw new Error('asked');
    };
    expect(await stopMode({ ...given, requestOf: never, send: never })).toBe('drain');
  });
});

describe('listenForSignals', () => {
  const flush = () => new Promise<void>(resolve => setImmediate(resolve));

  function setUp(reload?: () => Promise<void>) {
    const source = new EventEmitter();
    const log = recordedLog();
    const orders: string[] = [];
    const engine = {
      stop: (mode: StopMode) => orders.push(`stop ${mode}`),
      abandon: (reason: string) => orders.push(`abandon ${reason}`),
    };
    const off = listenForSignals(source, {
      engine,
      log,
      mode: async () => 'drain',
      ...(reload !== undefined && { reload }),
    });
    return { source, log, orders, off };
  }

  it.each(['SIGTERM', 'SIGINT'])('stops at the first %s as chosen, and ends at the second', async signal => {
    const { source, orders } = setUp();
    source.emit(signal);
    await flush();
    expect(orders).toEqual(['stop drain']);
    source.emit('SIGINT');
    expect(orders).toEqual(['stop drain', 'abandon second SIGINT']);
  });

  it('reads the token again at SIGHUP, and lives on when it can not', async () => {
    let reads = 0;
    const { source, log, orders } = setUp(async () => {
      reads += 1;
      if (reads === 2) throw new Error('ENOENT');
    });
    source.emit('SIGHUP');
    source.emit('SIGHUP');
    await flush();
    expect(reads).toBe(2);
    expect(orders).toEqual([]);
    expect(log.lines.map(line => line.level).sort()).toEqual(['error', 'info']);
  });

  it('leaves no listener behind', () => {
    const { source, off } = setUp();
    expect(source.eventNames()).toHaveLength(3);
    off();
    expect(source.eventNames()).toEqual([]);
  });
});

describe('logEnd', () => {
  const run = { run: 'default_web_1', state: 'reverting', stuck: true, byHand: ['nomad node eligibility -enable n1'] };

  it.each([
    ['nothing is open', { how: 'exit', reason: 'released', open: [] }, 'handover', 'info', /^stopped: released$/],
    [
      'time ran out with nothing open',
      { how: 'timeout', reason: 'late', open: [] },
      'drain',
      'warn',
      /^stopped: late$/,
    ],
    [
      'runs go to the next controller',
      { how: 'exit', reason: 'released', open: [run] },
      'handover',
      'info',
      /next controller takes over default_web_1; without one: sirocco undo default_web_1$/,
    ],
    [
      'a drain left a run',
      { how: 'exit', reason: 'released', open: [run] },
      'drain',
      'error',
      /not undone: default_web_1; undo with: sirocco undo default_web_1$/,
    ],
    [
      'time ran out with several',
      { how: 'timeout', reason: 'late', open: [run, { ...run, run: 'b' }] },
      'drain',
      'error',
      /not undone: default_web_1, b; undo with: sirocco undo --all$/,
    ],
  ] as const)('says how it ended when %s', (_when, report, mode, level, message) => {
    const log = recordedLog();
    logEnd(log, report, mode);
    expect(log.lines).toEqual([expect.objectContaining({ level, message: expect.stringMatching(message) })]);
  });

  it('gives the lines that undo each run by hand', () => {
    const log = recordedLog();
    logEnd(log, { how: 'timeout', reason: 'late', open: [run] }, 'drain');
    expect(log.lines[0]?.fields).toMatchObject({
      open: [{ run: 'default_web_1', by_hand: ['nomad node eligibility -enable n1'] }],
    });
  });
});
