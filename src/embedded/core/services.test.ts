import { describe, expect, it } from 'vitest';
import { createHand, jobBody, mockTask } from './testing.ts';

const service = (Name: string) => ({ Name, Provider: 'nomad', PortLabel: 'http', Tags: ['v1'] });
const networks = { Networks: [{ DynamicPorts: [{ Label: 'http' }] }] };

function withServices() {
  const hand = createHand();
  const tasks = [mockTask('t', {}, { Services: [service('of-task')] })];
  hand.ask('PUT', '/v1/jobs', jobBody({ tasks, group: { ...networks, Services: [service('of-group')] } }));
  hand.run(5000);
  const [alloc] = hand.allocs('web');
  const found = (name: string) =>
    hand.ask('GET', `/v1/service/${name}`).body as { ID: string; Address: string; Port: number; AllocID: string }[];
  return { hand, id: alloc?.ID ?? '', port: alloc?.AllocatedResources.Shared.Ports?.[0]?.Value, found };
}

describe('service registrations', () => {
  it('name each allocation with its address, and go with it', () => {
    const { hand, id, port, found } = withServices();
    expect(found('of-group')).toMatchObject([
      { ID: `_nomad-task-${id}-group-g-of-group-http`, AllocID: id, Address: '127.0.0.1', Port: port, Tags: ['v1'] },
    ]);
    expect(hand.ask('GET', '/v1/services').body).toEqual([
      {
        Namespace: 'default',
        Services: [
          { ServiceName: 'of-group', Tags: ['v1'] },
          { ServiceName: 'of-task', Tags: ['v1'] },
        ],
      },
    ]);
    hand.ask('DELETE', '/v1/job/web');
    hand.run(3000);
    expect([found('of-group'), found('of-task')]).toEqual([[], []]);
  });

  it('of a task return with its next run; of a group only with a restart of the whole allocation', () => {
    const { hand, id, found } = withServices();
    for (const name of ['of-group', 'of-task'])
      expect(hand.ask('DELETE', `/v1/service/${name}/${found(name)[0]?.ID}`).status).toBe(200);
    hand.ask('PUT', `/v1/client/allocation/${id}/signal`, { Signal: 'SIGKILL', Task: 't' });
    hand.run(3000);
    expect([found('of-task').length, found('of-group').length]).toEqual([1, 0]);
    hand.ask('PUT', `/v1/client/allocation/${id}/restart`, { AllTasks: true });
    hand.run(3000);
    expect([found('of-task').length, found('of-group').length]).toEqual([1, 1]);
  });
});
