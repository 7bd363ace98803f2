import { describe, expect, it } from 'vitest';
import { faults } from '../../faults/index.ts';
import { sirocco } from '../cli.fixture.ts';

describe('faults', () => {
  it('lists every fault of this release', async () => {
    const ran = await sirocco('faults');
    expect([ran.code, ran.nomad.asked]).toEqual([0, []]);
    for (const { name, summary } of faults)
      expect(ran.out).toMatch(new RegExp(`^${name} .*${summary.slice(0, 20)}`, 'm'));
  });

  it('shows one with its parameters, rights, reach and undo', async () => {
    expect((await sirocco('faults node-ineligible')).out).toMatchInlineSnapshot(`
      "Name     node-ineligible
      Summary  Makes a node ineligible: nothing new is placed there, what runs there goes on.
      Target   node
      Reach    cluster: everyone can feel it
      Lasts    as long as duration says; default 5m
      Undo     inverse: Sirocco puts it back
      By hand  nomad node eligibility -enable <node id>
      Rights   node write

      It takes no parameters.

      Example
        nomad var put chaos/schedule/NAME fault=node-ineligible target_node=NODE duration=2m every=24h"
    `);
    expect((await sirocco('faults alloc-kill --output json')).json()).toMatchObject({
      name: 'alloc-kill',
      undo: 'by-nomad',
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'signal', default: 'SIGKILL', required: false }),
      ]),
      permissions: expect.arrayContaining([{ scope: 'namespace', capability: 'alloc-lifecycle' }]),
    });
  });

  it('answers an unknown name with the nearest', async () => {
    const ran = await sirocco('faults aloc-kill --output json');
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-105', did_you_mean: 'alloc-kill' } });
  });
});
