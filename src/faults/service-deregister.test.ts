import { describe, expect, it } from 'vitest';
import { id } from '../cluster/nomad.fixture.ts';
import type { MutableView } from '../cluster/view.ts';
import { contextFor, onlyOne, plannedFor, webOf, webView } from './on-job.fixture.ts';
import { serviceDeregister } from './service-deregister.ts';

const registration = (n: number, over: object = {}) => ({
  ID: `_nomad-task-${n}`,
  ServiceName: 'web-http',
  JobID: 'web',
  AllocID: id(n),
  NodeID: id(900 + n),
  CreateIndex: 95 + n,
  ModifyIndex: 95 + n,
  ...over,
});

function viewOf(): MutableView {
  const view = webView();
  view.applyServices('default', 'web', [registration(0), registration(1)], 100);
  return view;
}

function first(view: MutableView) {
  const [service] = view.services('default', 'web')?.services ?? [];
  if (service === undefined) throw new Error('no service in the view');
  return { kind: 'service', job: webOf(view), service } as const;
}

const planned = (view: MutableView) => onlyOne(plannedFor(serviceDeregister, first(view), view));

describe('the call of service-deregister', () => {
  it('names one registration, and nothing that would undo it', () => {
    expect(planned(viewOf())).toEqual({
      target: {
        kind: 'service',
        namespace: 'default',
        job: 'web',
        service: 'web-http',
        id: '_nomad-task-0',
        alloc: id(0),
      },
      call: { op: 'service-deregister', namespace: 'default', service: 'web-http', id: '_nomad-task-0' },
      sending: 'repeatable',
      before: { modify_index: 95 },
    });
    expect(serviceDeregister.undo).toBeUndefined();
  });

  it('leaves out no service, and whatever is none', () => {
    const view = viewOf();
    const context = contextFor(serviceDeregister, view);
    expect(serviceDeregister.exclude?.(first(view), context)).toBeUndefined();
    expect(serviceDeregister.exclude?.({ kind: 'job', job: webOf(view) }, context)).toBe('not a service');
  });

  it('rests on the services of the job', () => {
    expect(serviceDeregister.reads?.(planned(viewOf()).target)).toEqual([
      { op: 'list-job-services', namespace: 'default', job: 'web' },
    ]);
  });

  it('is undone by hand by a restart of the whole allocation', () => {
    expect(serviceDeregister.byHand(planned(viewOf()).target)).toBe(`nomad alloc restart -namespace default ${id(0)}`);
  });
});

describe('what service-deregister takes for its effect', () => {
  it.each<[string, number | undefined, readonly object[], number, object]>([
    [
      'its absence at the answer',
      120,
      [registration(1)],
      120,
      { seen: true, evidence: 'it is not in the catalogue (index 120)', at: {} },
    ],
    ['its absence past the answer', 120, [], 130, { seen: true }],
    ['its presence', 120, [registration(0), registration(1)], 130, { seen: false, why: 'it is registered' }],
    [
      'its absence before the answer',
      120,
      [],
      119,
      { seen: false, why: 'what is known of the services is older than the call' },
    ],
    ['its absence without an answer', undefined, [], 130, { seen: false, why: 'the call was not answered' }],
  ])('is decided by %s', (_, answeredIndex, services, index, observation) => {
    const view = viewOf();
    const intent = { ...planned(view), ...(answeredIndex === undefined ? {} : { answeredIndex }) };
    view.applyServices('default', 'web', services, index);
    expect(serviceDeregister.observe(intent, view)).toMatchObject(observation);
  });

  it('is nothing where no service was read', () => {
    expect(serviceDeregister.observe({ ...planned(viewOf()), answeredIndex: 120 }, webView())).toMatchObject({
      seen: false,
      why: "the job's services can't be seen",
    });
  });
});
