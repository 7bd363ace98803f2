import { describe, expect, it } from 'vitest';
import type { Answer } from '../controller/types.ts';
import type { Call } from '../lifecycle/effects.ts';
import { answerOf } from './calls.ts';
import type { Outcome } from './types.ts';

const namespace = 'shop';
const path = 'chaos/runs/r';
const read: Call = { op: 'read-variable', namespace, path };
const write: Call = { op: 'write-variable', namespace, path, items: { v: '1' }, cas: 7 };
const remove: Call = { op: 'delete-variable', namespace, path, cas: 7 };
const list: Call = { op: 'list-variables', namespace, prefix: 'chaos/', index: 0, waitMs: 0 };
const acquire: Call = { op: 'lock-acquire', namespace, path, items: { v: '1' }, ttl: '10s', delay: '1s' };
const renew: Call = { op: 'lock-renew', namespace, path, lock: 'l' };
const release: Call = { op: 'lock-release', namespace, path, lock: 'l' };
const job: Call = { op: 'read-job', namespace, job: 'web' };
const signal: Call = { op: 'alloc-signal', namespace, alloc: 'a', task: 'web', signal: 'SIGKILL' };

const configure: Call = { op: 'scheduler-configure', configuration: { PauseEvalBroker: true }, index: 5 };
const untag: Call = { op: 'job-untag', namespace, job: 'web', tag: 't' };
const deregister: Call = { op: 'service-deregister', namespace, service: 'http', id: 's' };

const ok = (status: number, body: unknown, index = 9): Outcome => ({ kind: 'ok', response: { status, index, body } });
const variable = { Path: path, ModifyIndex: 8, Items: { secret: 'hunter2' } };
const blank = { Path: path, ModifyIndex: 0 };

describe('answerOf', () => {
  it.each<[string, Call, Outcome, Answer]>([
    ['a Variable', read, ok(200, variable), { kind: 'ok', index: 9, value: variable }],
    ['a Variable that is missing', read, ok(404, 'variable not found'), { kind: 'ok', index: 9 }],
    [
      'a server without Variables',
      read,
      ok(404, '404 page not found'),
      { kind: 'refused', reason: 'not-found', message: 'GET /v1/var/chaos/runs/r: 404 404 page not found' },
    ],
    ['a list', list, ok(200, [variable]), { kind: 'ok', index: 9, value: [variable] }],
    ['an empty list', list, ok(200, []), { kind: 'ok', index: 9, value: [] }],
    ['a write', write, ok(200, variable), { kind: 'ok', index: 9, value: variable }],
    [
      'a write that lost',
      write,
      ok(409, variable),
      {
        kind: 'refused',
        reason: 'conflict',
        message: 'PUT /v1/var/chaos/runs/r: 409 it was changed meanwhile, at index 8',
        value: variable,
      },
    ],
    [
      'a write to what is locked',
      write,
      ok(409, blank),
      {
        kind: 'refused',
        reason: 'conflict',
        message: 'PUT /v1/var/chaos/runs/r: 409 it is locked by another, or gone',
        value: blank,
      },
    ],
    ['a removal', remove, ok(204, ''), { kind: 'ok', index: 9 }],
    [
      'a removal that lost',
      remove,
      ok(409, variable),
      {
        kind: 'refused',
        reason: 'conflict',
        message: 'DELETE /v1/var/chaos/runs/r: 409 it was changed meanwhile, at index 8',
        value: variable,
      },
    ],
    [
      'a lock',
      acquire,
      ok(200, { ...variable, Lock: { ID: 'l' } }),
      { kind: 'ok', index: 9, value: { ...variable, Lock: { ID: 'l' } } },
    ],
    [
      'a lock that another holds',
      acquire,
      ok(409, blank),
      {
        kind: 'refused',
        reason: 'conflict',
        message: 'PUT /v1/var/chaos/runs/r: 409 the lock is held by another',
        value: blank,
      },
    ],
    ['a renewal', renew, ok(200, variable, 0), { kind: 'ok', index: 0, value: variable }],
    [
      'a renewal that came too late',
      renew,
      ok(409, 'attempting to modify locked variable'),
      {
        kind: 'refused',
        reason: 'conflict',
        message: 'PUT /v1/var/chaos/runs/r: 409 attempting to modify locked variable',
      },
    ],
    [
      'a renewal of a lock whose Variable is gone',
      renew,
      { kind: 'refused', status: 404, message: "variable doesn't exist", reason: 'not-found' },
      { kind: 'refused', reason: 'conflict', message: "PUT /v1/var/chaos/runs/r: 404 variable doesn't exist" },
    ],
    ['a release', release, ok(200, variable), { kind: 'ok', index: 9, value: variable }],
    ['a job', job, ok(200, { ID: 'web' }), { kind: 'ok', index: 9, value: { ID: 'web' } }],
    [
      'a job that is missing',
      job,
      { kind: 'refused', status: 404, message: 'job not found', reason: 'not-found' },
      { kind: 'refused', reason: 'not-found', message: 'GET /v1/job/web: 404 job not found' },
    ],
    ['a signal', signal, ok(200, { Index: 0 }, 0), { kind: 'ok', index: 0, value: { Index: 0 } }],
    [
      'a configuration of the scheduler',
      configure,
      ok(200, { Updated: true, Index: 9 }),
      { kind: 'ok', index: 9, value: { Updated: true, Index: 9 } },
    ],
    [
      'a configuration of the scheduler that lost',
      configure,
      ok(200, { Updated: false, Index: 9 }),
      {
        kind: 'refused',
        reason: 'conflict',
        message: 'PUT /v1/operator/scheduler/configuration: the configuration was changed meanwhile',
      },
    ],
    ['an untag', untag, ok(200, {}, 0), { kind: 'ok', index: 0, value: {} }],
    ['a deregistration', deregister, ok(200, null), { kind: 'ok', index: 9, value: null }],
    [
      'a signal of unknown end',
      signal,
      { kind: 'ambiguous', status: 0, message: 'no answer within 4000 ms' },
      {
        kind: 'ambiguous',
        message: 'PUT /v1/client/allocation/a/signal: no answer within 4000 ms (it may have been done all the same)',
      },
    ],
  ])('tells of %s', (_, call, outcome, expected) => {
    expect(answerOf(call, outcome)).toEqual(expected);
  });

  it.each<[string, Call, unknown, string]>([
    ['a list that is none', list, 'welcome', 'refused'],
    ['a job that is none', job, [], 'refused'],
    ['a write that nobody of Nomad answered', write, '<html>', 'ambiguous'],
    ['a configuration that nobody of Nomad answered', configure, '<html>', 'ambiguous'],
  ])('takes %s for no success', (_, call, body, kind) => {
    expect(answerOf(call, ok(200, body))).toMatchObject({
      kind,
      message: expect.stringContaining('is the address that of a Nomad?'),
    });
  });

  it('tells no items of a Variable in words', () => {
    const answer = answerOf(write, ok(409, variable));
    expect(answer.kind === 'refused' && answer.message).not.toContain('hunter2');
  });
});
