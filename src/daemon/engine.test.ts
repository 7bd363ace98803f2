import { describe, expect, it } from 'vitest';
import type { Happening, Input, Summary } from '../controller/types.ts';
import type { Call, Effect } from '../lifecycle/effects.ts';
import type { NomadRequest, Outcome, StreamSignal } from '../nomad/types.ts';
import { type EngineParts, startEngine } from './engine.ts';
import { fakeTime, recordedLog, scriptedFold, standbySummary } from './fake-time.ts';

const release: Call = { op: 'lock-release', namespace: 'sirocco', path: 'chaos/control/leader', lock: 'L' };
const watch: Call = { op: 'list-variables', namespace: 'n', prefix: 'chaos/schedule/', index: 4, waitMs: 60_000 };
const callOf = (id: string, call: Call): Effect => ({ kind: 'call', id, priority: 'lock', call, timeoutMs: 4_000 });
const openRun = {
  run: 'default_web_20261124T100000Z',
  state: 'reverting',
  stuck: false,
  byHand: ['nomad alloc signal -s SIGCONT a1'],
};
const leading: Summary = { ...standbySummary, leading: true, open: [openRun] };

type Script = (input: Input) => { readonly effects?: readonly Effect[]; readonly nextDeadline?: number } | undefined;

function setUp(script: Script, summary: () => Summary = () => standbySummary, observer?: EngineParts['observer']) {
  const time = fakeTime();
  const log = recordedLog();
  const fold = scriptedFold(script, summary);
  const sent: { request: NomadRequest; end: (outcome: Outcome) => void }[] = [];
  const streams: { signal: (signal: StreamSignal) => void; closed: boolean }[] = [];
  const notes: string[] = [];
  const begun: { mono: number; wall: number }[] = [];
  const parts: EngineParts = {
    begin: now => {
      begun.push(now);
      return fold;
    },
    send: request => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      sent.push({ request, end: resolve });
      return promise;
    },
    openStream: (_request, signal) => {
      const stream = { signal, closed: false };
      streams.push(stream);
      return {
        close: () => {
          stream.closed = true;
        },
      };
    },
    requestOf: call => ({ method: 'PUT', path: `/v1/${call.op}`, kind: call.op }),
    answerOf: () => ({ kind: 'ok', index: 1 }),
    observer: observer ?? { note: note => notes.push(note.type), request: () => {} },
    clock: time,
    timers: time,
    log,
    prefix: 'chaos',
    stopWithinMs: 25_000,
  };
  const engine = startEngine(parts);
  const happenings = (): readonly Happening[] => fold.inputs.map(input => input.happening);
  return { time, log, fold, sent, streams, notes, begun, engine, happenings };
}

const flush = () => new Promise<void>(resolve => setImmediate(resolve));
const ok: Outcome = { kind: 'ok', response: { status: 200, index: 1, body: null } };

describe('engine', () => {
  it('takes its first step at once, on the clock that the fold was made with', () => {
    const { begun, fold } = setUp(() => undefined);
    expect(fold.happenings()).toEqual(['timer']);
    expect(fold.inputs[0]).toMatchObject({ seq: 1, ...begun[0] });
  });

  it('performs calls, streams and notes, and hands back what comes of them', async () => {
    const stream: Effect = { kind: 'stream', key: 'nodes', request: { topics: ['Node:*'], index: 0 } };
    const note: Effect = { kind: 'note', note: { type: 'write', kind: 'claim' } };
    const { sent, streams, notes, fold } = setUp(({ seq }) =>
      seq === 1 ? { effects: [callOf('-/1', release), stream, note] } : undefined,
    );
    expect(notes).toEqual(['write']);
    streams[0]?.signal({ kind: 'open' });
    sent[0]?.end(ok);
    await flush();
    expect(fold.happenings()).toEqual(['timer', 'stream-open', 'answer']);
  });

  it('ends when the fold says so, after the calls that it sent last, without waiting for blocking queries', async () => {
    const { engine, sent, streams, fold } = setUp(({ happening, seq }) => {
      if (seq === 1)
        return {
          effects: [callOf('-/1', watch), { kind: 'stream', key: 'nodes', request: { topics: ['Node:*'], index: 0 } }],
        };
      return happening.kind === 'stop'
        ? { effects: [callOf('-/2', release), { kind: 'exit', reason: 'released' }] }
        : undefined;
    });
    engine.stop('handover');
    let report: unknown;
    void engine.stopped.then(how => {
      report = how;
    });
    await flush();
    expect(report).toBeUndefined();
    sent[1]?.end(ok);
    await flush();
    expect(report).toEqual({ how: 'exit', reason: 'released', open: [] });
    expect(streams[0]?.closed).toBe(true);
    expect(engine.summary()).toBeUndefined();
    const steps = fold.inputs.length;
    sent[0]?.end(ok);
    await flush();
    expect(fold.inputs).toHaveLength(steps);
  });

  it('waits for the last calls two seconds at most', async () => {
    const { engine, time } = setUp(({ happening }) =>
      happening.kind === 'stop'
        ? { effects: [callOf('-/1', release), { kind: 'exit', reason: 'released' }] }
        : undefined,
    );
    engine.stop('handover');
    time.advance(2_000);
    expect(await engine.stopped).toMatchObject({ how: 'exit' });
  });

  it('hears the first order to stop only', () => {
    const { engine, happenings } = setUp(() => undefined);
    engine.stop('drain');
    engine.stop('handover');
    expect(happenings().slice(1)).toEqual([{ kind: 'stop', mode: 'drain' }]);
  });

  it('ends without the fold when that takes too long, and names what is open', async () => {
    const { engine, time } = setUp(
      () => undefined,
      () => leading,
    );
    engine.stop('drain');
    time.advance(24_999);
    expect(engine.summary()).toEqual(leading);
    time.advance(1);
    expect(await engine.stopped).toEqual({ how: 'timeout', reason: 'not done within 25000 ms', open: [openRun] });
    expect(time.pending()).toBe(0);
  });

  it('remembers the runs that were open when the lock was given back', async () => {
    let summary = leading;
    const { engine } = setUp(
      ({ happening }) => {
        if (happening.kind !== 'stop') return undefined;
        summary = standbySummary;
        return { effects: [{ kind: 'exit', reason: 'released' }] };
      },
      () => summary,
    );
    engine.stop('handover');
    expect(await engine.stopped).toEqual({ how: 'exit', reason: 'released', open: [openRun] });
  });

  it('ends in its own words when a step throws, and performs nothing more', async () => {
    const { engine, log, sent } = setUp(({ happening }) => {
      if (happening.kind === 'stop') throw new Error('impossible state');
      return undefined;
    });
    engine.stop('handover');
    expect(await engine.stopped).toEqual({ how: 'failed', reason: 'impossible state', open: [] });
    expect(log.lines).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining('can not be trusted') }),
    ]);
    expect(sent).toEqual([]);
  });

  it('goes on when log or metrics fail, and says so', async () => {
    const fails = () => {
      throw new TypeError('not a valid number');
    };
    const { fold, log, sent } = setUp(
      ({ seq }) =>
        seq === 1
          ? { effects: [{ kind: 'note', note: { type: 'write', kind: 'claim' } }, callOf('-/1', release)] }
          : undefined,
      undefined,
      { note: fails, request: fails },
    );
    sent[0]?.end(ok);
    await flush();
    expect(fold.happenings()).toEqual(['timer', 'answer']);
    expect(log.lines.map(line => line.level)).toEqual(['error', 'error']);
  });

  it('lets the fold live through the sleep of the machine, and says that it slept', () => {
    const { time, fold, log } = setUp(({ mono }) => ({ nextDeadline: mono + 3_600_000 }));
    const before = fold.inputs[0]?.mono ?? 0;
    time.sleep(7_200_000);
    time.advance(1_000);
    expect(fold.inputs).toHaveLength(2);
    expect((fold.inputs[1]?.mono ?? 0) - before).toBe(7_201_000);
    expect(log.lines).toEqual([
      { level: 'warn', fields: { ms: 7_200_000 }, message: expect.stringContaining('slept') },
    ]);
  });
});
