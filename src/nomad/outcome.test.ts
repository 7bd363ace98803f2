import { expect, describe as group, it } from 'vitest';
import { describe, type Failure, outcomeOf, outcomeOfFailure } from './outcome.ts';
import type { NomadRequest, Outcome } from './types.ts';

const signal: NomadRequest = { method: 'PUT', path: '/v1/client/allocation/a/signal', kind: 'alloc_signal' };
const write: NomadRequest = { method: 'PUT', path: '/v1/var/chaos/runs/r', kind: 'variable_write' };
const stop: NomadRequest = { method: 'PUT', path: '/v1/allocation/a/stop', kind: 'alloc_stop' };
const scale: NomadRequest = { method: 'POST', path: '/v1/job/web/scale', kind: 'job_scale' };
const eligibility: NomadRequest = { method: 'POST', path: '/v1/node/n/eligibility', kind: 'node_eligibility' };
const read: NomadRequest = { method: 'GET', path: '/v1/job/web', kind: 'job_read' };

function verdict(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
}

group('outcomeOf', () => {
  it.each<[string, NomadRequest, number, unknown, string]>([
    ['a success', write, 200, {}, 'ok'],
    ['a success without a body', write, 204, '', 'ok'],
    ['a missing token', write, 401, 'Unauthorized', 'denied'],
    ['a denied call', write, 403, 'Permission denied', 'denied'],
    ['a denied call behind a 500', read, 500, 'Permission denied', 'denied'],
    ['a denied call behind two servers', read, 500, 'rpc error: rpc error: Permission denied', 'denied'],
    ['an ended token', write, 500, 'rpc error: ACL token expired', 'denied'],
    [
      'a frozen scheduler',
      scale,
      403,
      'Job registration, dispatch, and scale are disabled by the scheduler configuration',
      'denied',
    ],
    ['a missing job', read, 404, 'job not found', 'not-found'],
    ['an unknown allocation', signal, 404, 'Unknown allocation "x"', 'not-found'],
    ['an unknown allocation as older servers say it', signal, 500, 'rpc error: Unknown allocation "x"', 'not-found'],
    ['an unknown node', eligibility, 500, 'node not found', 'not-found'],
    ['a client that no server is connected to', signal, 404, 'No path to node', 'unreachable'],
    ['a lost compare-and-set', write, 409, { ModifyIndex: 7 }, 'conflict'],
    ['a bad body', write, 400, 'invalid path "a.b"', 'invalid'],
    ['a status that came along in words', write, 500, 'rpc error: RPC Error:: 400,invalid path', 'invalid'],
    ['a body too large', write, 413, 'too large', 'invalid'],
    ['plain HTTP to a TLS port', read, 400, 'Client sent an HTTP request to an HTTPS server.', 'invalid'],
    ['a redirect', read, 307, '', 'invalid'],
    ['too many connections', write, 429, '', 'limited'],
    ['a proxy that gave up', write, 408, '', 'ambiguous'],
    ['a gateway without an answer', write, 502, '<html>', 'ambiguous'],
    ['a gateway that waited too long', write, 504, '', 'ambiguous'],
    ['a service that is not available', write, 503, '', 'ambiguous'],
    [
      'no connection to the leader',
      write,
      500,
      'rpc error: failed to get conn: dial tcp 127.0.0.1:4647: connect: connection refused',
      'unreachable',
    ],
    [
      'no connection, for those who waited for the first',
      write,
      500,
      "rpc error: failed to get conn: rpc error: lead thread didn't get connection",
      'unreachable',
    ],
    [
      'the same through a client agent',
      scale,
      500,
      'rpc error: rpc error: failed to get conn: dial tcp 127.0.0.1:4647: connect: connection refused',
      'unreachable',
    ],
    [
      'a refused connection of a driver',
      signal,
      500,
      'rpc error: dial unix /var/run/docker.sock: connect: connection refused',
      'ambiguous',
    ],
    ['no leader', write, 500, 'No cluster leader', 'no-leader'],
    ['no leader, through a client agent', scale, 500, 'rpc error: No cluster leader', 'no-leader'],
    ['a leader that is not ready', read, 500, 'Not ready to serve consistent reads', 'no-leader'],
    [
      'a transfer of leadership before the one entry',
      write,
      500,
      'raft apply failed: leadership transfer in progress',
      'no-leader',
    ],
    ['the same for a stop', stop, 500, 'rpc error: leadership transfer in progress', 'no-leader'],
    ['no leader any more', write, 500, 'rpc error: raft apply failed: node is not the leader', 'no-leader'],
    ['a transfer between two entries', eligibility, 500, 'leadership transfer in progress', 'ambiguous'],
    ['a transfer while scaling', scale, 500, 'leadership transfer in progress', 'ambiguous'],
    ['lost leadership', write, 500, 'raft apply failed: leadership lost while committing log', 'ambiguous'],
    ['a connection that broke', write, 500, 'rpc error: EOF', 'ambiguous'],
    ['a connection that broke under a read', read, 500, 'rpc error: EOF', 'ambiguous'],
    ['unknown words', signal, 500, 'the sky fell', 'ambiguous'],
    ['no words', signal, 500, '', 'ambiguous'],
    ['a task that does not run', signal, 500, 'rpc error: Task not running', 'error'],
    ['a task that is not there', signal, 500, 'Task not found', 'error'],
    ['a task without a runner', signal, 500, 'Could not find task runner for task: x', 'error'],
    [
      'one task of several',
      signal,
      500,
      '1 error occurred:\n\t* Failed to signal task: pre, err: Task not running\n\n',
      'ambiguous',
    ],
    [
      'several tasks',
      signal,
      500,
      '2 errors occurred:\n\t* Failed to signal task: a, err: Task not running\n\t* Failed to signal task: b, err: Task not running\n',
      'ambiguous',
    ],
    [
      'a node that drains',
      eligibility,
      500,
      "can not set node's scheduling eligibility to eligible while it is draining",
      'error',
    ],
    [
      'an index that is another',
      scale,
      500,
      'Enforcing job modify index 59: job exists with conflicting job modify index: 60',
      'error',
    ],
    ['a version that is another', scale, 500, 'Current job has version 1; enforcing version 6', 'error'],
    ['a deployment in the way', scale, 500, 'rpc error: job scaling blocked due to active deployment', 'error'],
    ['a short id', read, 500, 'node lookup failed: index error: UUID must be 36 characters', 'invalid'],
  ])('judges %s', (_, request, status, body, expected) => {
    expect(verdict(outcomeOf(request, { status, index: 0, body }))).toBe(expected);
  });

  it('takes a status that the request accepts as a value', () => {
    const response = { status: 404, index: 3, body: 'variable not found' };
    expect(outcomeOf({ ...read, accept: [404] }, response)).toEqual({ kind: 'ok', response });
  });

  it('keeps its words on one line of a bearable length', () => {
    const outcome = outcomeOf(signal, { status: 500, index: 0, body: `a\n\tb ${'x'.repeat(1000)}` });
    expect(outcome).toMatchObject({ message: expect.stringMatching(/^a b x+…$/) });
    expect(outcome.kind === 'ambiguous' && outcome.message.length).toBe(400);
  });
});

group('outcomeOfFailure', () => {
  it.each<[Failure, string]>([
    [{ started: false, cause: 'socket', message: 'connect ECONNREFUSED' }, 'unreachable'],
    [{ started: false, cause: 'timeout', message: 'not sent' }, 'unreachable'],
    [{ started: false, cause: 'cancelled', message: 'not sent' }, 'unreachable'],
    [{ started: false, cause: 'busy', message: 'not sent' }, 'limited'],
    [{ started: true, cause: 'timeout', message: 'no answer' }, 'ambiguous'],
    [{ started: true, cause: 'cancelled', message: 'given up' }, 'ambiguous'],
    [{ started: true, cause: 'socket', message: 'closed' }, 'ambiguous'],
  ])('judges %o', (failure, expected) => {
    expect(verdict(outcomeOfFailure(failure))).toBe(expected);
  });
});

group('describe', () => {
  it.each<[Outcome, NomadRequest, string]>([
    [{ kind: 'ok', response: { status: 200, index: 1, body: {} } }, read, 'GET /v1/job/web: 200'],
    [
      { kind: 'refused', status: 404, message: 'job not found', reason: 'not-found' },
      read,
      'GET /v1/job/web: 404 job not found',
    ],
    [
      { kind: 'refused', status: 0, message: 'no connection', reason: 'unreachable' },
      write,
      'PUT /v1/var/chaos/runs/r: no connection',
    ],
    [
      { kind: 'ambiguous', status: 500, message: 'rpc error: EOF' },
      write,
      'PUT /v1/var/chaos/runs/r: 500 rpc error: EOF (it may have been done all the same)',
    ],
    [{ kind: 'ambiguous', status: 500, message: 'rpc error: EOF' }, read, 'GET /v1/job/web: 500 rpc error: EOF'],
  ])('puts %o in words', (outcome, request, expected) => {
    expect(describe(outcome, request)).toBe(expected);
  });
});
