import { describe, expect, it } from 'vitest';
import { createHand, type Hand, jobBody } from './testing.ts';

function withParent(parameters: object = {}): Hand {
  const hand = createHand();
  const ParameterizedJob = { Payload: 'optional', MetaRequired: ['run'], MetaOptional: ['intent'], ...parameters };
  hand.ask(
    'PUT',
    '/v1/jobs',
    jobBody({ id: 'agent', type: 'batch', runFor: '2s', group: { Update: null }, job: { ParameterizedJob } }),
  );
  return hand;
}

const dispatch = (hand: Hand, body: object, token?: string) =>
  hand.ask(
    'PUT',
    '/v1/job/agent/dispatch',
    { Meta: { run: 'r' }, ...body },
    token === undefined ? {} : { query: { idempotency_token: token } },
  );

const child = (answer: { body: unknown }) => (answer.body as { DispatchedJobID: string }).DispatchedJobID;

describe('a parameterized job', () => {
  it('places nothing by itself, and runs a child for each dispatch', () => {
    const hand = withParent();
    hand.run(5000);
    expect(hand.allocs('agent')).toEqual([]);
    expect(hand.ask('GET', '/v1/job/agent').body).toMatchObject({ Status: 'running' });
    const id = child(dispatch(hand, { Payload: 'aGk=', Meta: { run: 'r', intent: 'i' }, Priority: 90 }));
    expect(id).toMatch(/^agent\/dispatch-\d+-[0-9a-f]{8}$/);
    hand.run(1000);
    const path = `/v1/job/${encodeURIComponent(id)}`;
    expect(hand.ask('GET', path).body).toMatchObject({
      ParentID: 'agent',
      Dispatched: true,
      Priority: 90,
      Payload: 'aGk=',
      Meta: { run: 'r', intent: 'i' },
    });
    expect(hand.ask('GET', `${path}/allocations`).body).toMatchObject([{ ClientStatus: 'running' }]);
    expect(hand.ask('GET', `/v1/job/${id}/allocations`).body).toHaveLength(1);
    hand.run(5000);
    expect(hand.ask('GET', path).body).toMatchObject({ Status: 'dead' });
    expect(hand.ask('GET', '/v1/job/agent/summary').body).toMatchObject({ Children: { Dead: 1 } });
  });

  it('answers the same child for the same token, until that one is forgotten', () => {
    const hand = withParent();
    const first = child(dispatch(hand, {}, 'intent-1'));
    expect(child(dispatch(hand, {}, 'intent-1'))).toBe(first);
    expect(child(dispatch(hand, {}, 'intent-2'))).not.toBe(first);
    hand.run(10_000);
    expect(child(dispatch(hand, {}, 'intent-1'))).toBe(first);
    hand.ask('PUT', '/v1/system/gc');
    expect(child(dispatch(hand, {}, 'intent-1'))).not.toBe(first);
  });

  it.each([
    [{ Meta: { run: 'r', other: 'x' } }, {}, 'Dispatch request included unpermitted metadata keys: [other]'],
    [{ Meta: {} }, {}, 'Dispatch did not provide required meta keys: [run]'],
    [{ Payload: 'A'.repeat(21_848) }, {}, 'Payload exceeds maximum size; 16386 > 16384'],
    [{}, { Payload: 'required' }, 'Payload is not provided but required by parameterized job'],
    [{ Payload: 'aGk=' }, { Payload: 'forbidden' }, 'Payload provided but forbidden by parameterized job'],
  ])('refuses a dispatch with status 500: %#', (body, parameters, text) => {
    expect(dispatch(withParent(parameters), body)).toMatchObject({ status: 500, body: text });
  });

  it('waits for a node that may take it, however late, and never runs once deregistered', () => {
    const hand = withParent();
    const nodes = hand.ask('GET', '/v1/nodes').body as { ID: string }[];
    const mark = (Eligibility: string) =>
      nodes.map(({ ID }) => hand.ask('PUT', `/v1/node/${ID}/eligibility`, { Eligibility }));
    mark('ineligible');
    const [late, gone] = [child(dispatch(hand, {})), child(dispatch(hand, {}))];
    hand.run(5000);
    hand.ask('DELETE', `/v1/job/${encodeURIComponent(gone)}`);
    hand.run(1000);
    mark('eligible');
    hand.run(5000);
    expect([hand.allocs(late).length, hand.allocs(gone).length]).toEqual([1, 0]);
  });
});
