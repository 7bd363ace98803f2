import { describe, expect, it } from 'vitest';
import type { Happening } from '../controller/types.ts';
import type { Call, CallEffect, Priority } from '../lifecycle/effects.ts';
import type { NomadRequest, Outcome } from '../nomad/types.ts';
import { pack } from '../runs/pack.ts';
import { fakeTime, recordedLog } from './fake-time.ts';
import { laneLimits } from './lanes.ts';
import { createPerformer, type PerformerDeps } from './perform.ts';
import type { RequestSample } from './types.ts';

type Answered = Extract<Happening, { kind: 'answer' }>;

const ok = (body?: unknown): Outcome => ({ kind: 'ok', response: { status: 200, index: 5, body } });
const signal: Call = { op: 'alloc-signal', namespace: 'default', alloc: 'a1', task: 'web', signal: 'SIGKILL' };
const readVariable: Call = { op: 'read-variable', namespace: 'sirocco', path: 'chaos/runs/r1' };
const list = (index: number): Call => ({
  op: 'list-variables',
  namespace: 'n',
  prefix: 'chaos/schedule/',
  index,
  waitMs: 60_000,
});
const write = (path: string, body: string): Call => ({
  op: 'write-variable',
  namespace: 'sirocco',
  path,
  items: { v: '1', undo: '{}', body },
  cas: 0,
});

let n = 0;
const effect = (call: Call, priority: Priority = 'read'): CallEffect => {
  n += 1;
  return { kind: 'call', id: `r/${n}`, priority, call, timeoutMs: 4_000 };
};

function setUp(overrides: Partial<PerformerDeps> = {}) {
  const time = fakeTime();
  const log = recordedLog();
  const sent: { request: NomadRequest; end: (outcome: Outcome) => void; fail: (error: unknown) => void }[] = [];
  const answers: Answered[] = [];
  const samples: RequestSample[] = [];
  const performer = createPerformer({
    send: request => {
      const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
      sent.push({ request, end: resolve, fail: reject });
      return promise;
    },
    requestOf: call => ({ method: 'GET', path: `/v1/${call.op}`, kind: call.op, body: call }),
    answerOf: (_call, outcome) =>
      outcome.kind === 'ok'
        ? { kind: 'ok', index: outcome.response.index, value: outcome.response.body }
        : outcome.kind === 'refused'
          ? { kind: 'refused', reason: outcome.reason, message: outcome.message }
          : { kind: 'ambiguous', message: outcome.message },
    clock: time,
    log,
    prefix: 'chaos',
    deliver: answer => answers.push(answer),
    sample: sample => samples.push(sample),
    ...overrides,
  });
  return { time, log, sent, answers, samples, performer };
}

const flush = () => new Promise<void>(resolve => setImmediate(resolve));

describe('performer', () => {
  it('sends in the tick it is asked in, and answers once, with the call and the instant of the send', async () => {
    const { time, sent, answers, samples, performer } = setUp();
    const kill = effect(signal, 'inject');
    performer.perform(kill);
    expect(sent.map(each => each.request)).toEqual([
      expect.objectContaining({ kind: 'alloc-signal', timeoutMs: 4_000 }),
    ]);
    time.advance(30);
    sent[0]?.end(ok('done'));
    await flush();
    expect(answers).toEqual([
      { kind: 'answer', id: kill.id, call: signal, answer: { kind: 'ok', index: 5, value: 'done' }, sentAt: 1_000 },
    ]);
    expect(samples).toEqual([{ kind: 'alloc-signal', status: 200, outcome: 'ok', seconds: 0.03, blocking: false }]);
  });

  it.each<Exclude<Outcome, { kind: 'ok' }>>([
    { kind: 'refused', status: 404, reason: 'not-found', message: 'gone' },
    { kind: 'ambiguous', status: 0, message: 'timed out' },
  ])('answers a call that ended $kind, and never sends it again by itself', async outcome => {
    const { sent, answers, samples, performer } = setUp();
    performer.perform(effect(signal, 'inject'));
    sent[0]?.end(outcome);
    await flush();
    expect(sent).toHaveLength(1);
    expect(answers.map(each => each.answer.kind)).toEqual([outcome.kind]);
    expect(samples[0]).toMatchObject({ status: outcome.status, outcome: outcome.kind });
  });

  it('answers ambiguous when the transport rejects: it may have been sent', async () => {
    const { sent, answers, log, performer } = setUp();
    performer.perform(effect(signal, 'inject'));
    sent[0]?.fail(new Error('socket hung up'));
    await flush();
    expect(answers.map(each => each.answer)).toEqual([{ kind: 'ambiguous', message: 'socket hung up' }]);
    expect(log.lines.map(line => line.level)).toEqual(['error']);
  });

  it('answers refused when the call has no request: nothing was sent', async () => {
    const { sent, answers, performer } = setUp({
      requestOf: () => {
        throw new Error('signal is empty');
      },
    });
    performer.perform(effect(signal, 'inject'));
    await flush();
    expect(sent).toEqual([]);
    expect(answers.map(each => each.answer)).toEqual([
      { kind: 'refused', reason: 'invalid', message: 'not sent: signal is empty' },
    ]);
  });

  it.each<Priority>(['undo', 'inject', 'lock', 'claim'])(
    'lets %s pass while statuses, reads and watches are all stuck',
    priority => {
      const { sent, performer } = setUp();
      for (let i = 0; i < 80; i += 1) {
        performer.perform(effect(write('chaos/status/web', 'x'), 'status'));
        performer.perform(effect(readVariable, 'read'));
        performer.perform(effect(list(0), 'watch'));
        performer.perform(effect(list(9), 'watch'));
      }
      const before = sent.length;
      expect(before).toBe(laneLimits.status + laneLimits.read + laneLimits.watch + laneLimits.blocking);
      performer.perform(effect(signal, priority));
      expect(sent).toHaveLength(before + 1);
      expect(sent.at(-1)?.request.kind).toBe('alloc-signal');
    },
  );

  it('keeps each class within its limit and its order, and answers all', async () => {
    const { sent, answers, performer } = setUp();
    const effects = Array.from({ length: 7 }, () => effect(write('chaos/status/web', 'x'), 'status'));
    for (const each of effects) performer.perform(each);
    for (let done = 0; done < 7; done += 1) {
      expect(sent.length - done).toBeLessThanOrEqual(laneLimits.status);
      sent[done]?.end(ok());
      await flush();
    }
    expect(answers.map(each => each.id)).toEqual(effects.map(each => each.id));
  });

  it('stays below the hundred connections that an agent takes from one client', () => {
    expect(Object.values(laneLimits).reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(98);
  });

  it('does not send an injection that waited longer than an intent is good for, but does send a late undo', async () => {
    const { time, sent, answers, performer } = setUp({ limits: { ...laneLimits, inject: 1, undo: 1 } });
    for (const priority of ['inject', 'inject', 'undo', 'undo'] as const) performer.perform(effect(signal, priority));
    time.advance(5_001);
    for (const each of [...sent]) each.end(ok());
    await flush();
    expect(sent).toHaveLength(3);
    expect(answers.find(each => each.answer.kind !== 'ok')?.answer).toMatchObject({
      kind: 'refused',
      reason: 'limited',
      message: expect.stringContaining('waited 5001 ms'),
    });
  });

  it('does not send what may not leave any more, and answers as of the instant that it was asked for', async () => {
    const { time, sent, answers, performer } = setUp({ limits: { ...laneLimits, inject: 1 } });
    const asked = time.mono();
    performer.perform(effect(signal, 'inject'));
    performer.perform({ ...effect(signal, 'inject'), notAfter: asked + 100 });
    performer.perform({ ...effect(signal, 'inject'), notAfter: asked + 101 });
    time.advance(101);
    sent[0]?.end(ok());
    await flush();
    expect(sent).toHaveLength(2);
    expect(answers).toEqual([
      expect.objectContaining({ answer: expect.objectContaining({ kind: 'ok' }) }),
      expect.objectContaining({
        answer: expect.objectContaining({ kind: 'refused', reason: 'limited' }),
        sentAt: asked,
      }),
    ]);
  });

  it('says when nothing but blocking queries is under way', async () => {
    const { sent, performer } = setUp();
    performer.perform(effect(list(9), 'watch'));
    await performer.settled();
    performer.perform(effect(readVariable));
    let settled = false;
    const wait = performer.settled().then(() => {
      settled = true;
    });
    await flush();
    expect(settled).toBe(false);
    sent[1]?.end(ok());
    await wait;
    expect(performer.busy()).toBe(0);
  });
});

describe('performer, run records', () => {
  const large = JSON.stringify(Array.from({ length: 600 }, (_, i) => ({ alloc: `a-${i}`, state: 'done' })));

  it('packs a large body on the way out, and only there', async () => {
    const { sent, answers, performer } = setUp();
    const record = write('chaos/runs/r1', large);
    performer.perform(effect(record, 'claim'));
    performer.perform(effect(write('chaos/status/web', large), 'status'));
    const items = sent.map(each => (each.request.body as { items: Record<string, string> }).items);
    expect(items[0]).toMatchObject({ v: '1', undo: '{}', body_encoding: 'deflate' });
    expect(items[1]).toMatchObject({ body: large });
    sent[0]?.end(ok({ ModifyIndex: 5, Items: items[0] }));
    await flush();
    expect(answers[0]?.call).toEqual(record);
    expect(answers[0]?.answer).toMatchObject({ kind: 'ok', value: { ModifyIndex: 5, Items: { body: large } } });
  });

  it.each(['read', 'refused write'])('unpacks the record in the answer to a %s', async what => {
    const Items = pack({ v: '1', body: large }).items;
    const { sent, answers, performer } = setUp({
      answerOf: () =>
        what === 'read'
          ? { kind: 'ok', index: 5, value: { Items } }
          : { kind: 'refused', reason: 'conflict', message: 'cas', value: { Items } },
    });
    performer.perform(effect(what === 'read' ? readVariable : write('chaos/runs/r1', 'x')));
    sent[0]?.end(ok());
    await flush();
    expect(answers[0]?.answer).toMatchObject({ value: { Items: { v: '1', body: large } } });
  });

  it('hands a damaged record on as it is, so that its undo lines can still be read, and says so', async () => {
    const { sent, answers, log, performer } = setUp();
    const Items = { v: '1', undo: '{"i":"1"}', body: 'AAAA', body_encoding: 'deflate' };
    performer.perform(effect(readVariable));
    sent[0]?.end(ok({ Items }));
    await flush();
    expect(answers[0]?.answer).toMatchObject({ kind: 'ok', value: { Items } });
    expect(log.lines).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining('damaged') }),
    ]);
  });

  it.each([null, undefined, 'text', { Items: null }])('takes the answer %j of a record for what it is', async value => {
    const { sent, answers, performer } = setUp();
    performer.perform(effect(readVariable));
    sent[0]?.end(ok(value));
    await flush();
    expect(answers.map(each => each.answer)).toEqual([{ kind: 'ok', index: 5, value }]);
  });

  it('refuses a record that can not fit without sending it, and warns of one that grows large', async () => {
    const { sent, answers, log, performer } = setUp();
    const letters = Array.from({ length: 90_000 }, (_, i) =>
      String.fromCharCode(33 + (((i * i * 7 + (i % 13) * i) % 8_191) % 90)),
    ).join('');
    performer.perform(
      effect(
        {
          ...(write('chaos/runs/r1', 'x') as Extract<Call, { op: 'write-variable' }>),
          items: { v: '1', undo: letters },
        },
        'claim',
      ),
    );
    performer.perform(
      effect(
        {
          ...(write('chaos/runs/r2', 'x') as Extract<Call, { op: 'write-variable' }>),
          items: { v: '1', undo: letters.slice(0, 20_000) },
        },
        'claim',
      ),
    );
    await flush();
    expect(sent).toHaveLength(1);
    expect(answers.map(each => each.answer)).toEqual([
      {
        kind: 'refused',
        reason: 'invalid',
        message: expect.stringMatching(/not sent: the record chaos\/runs\/r1 takes 90\d+ bytes .*at most 57344 fit/),
      },
    ]);
    expect(log.lines).toEqual([
      expect.objectContaining({ level: 'warn', fields: { path: 'chaos/runs/r2', bytes: 20_006, limit: 16_384 } }),
    ]);
  });
});
