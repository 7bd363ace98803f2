import { describe, expect, it } from 'vitest';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { heldBy, onAlloc, onNode, sampleContext } from './basis/context.fixture.ts';
import type { GateContext } from './gate.ts';
import { oneAtATime } from './one-at-a-time.ts';

const lasting = sampleFault({ name: 'sample-drain', targetKind: 'node', undoClass: 'inverse' });
const node = onNode(1);
const id = node.kind === 'node' ? node.node.id : '';
const other = { ...heldBy('default_other_1', []), holds: [`node ${id}`] };
const asked = (over: Partial<GateContext>) =>
  oneAtATime.ask(sampleContext({ fault: lasting, chosen: [node], ...over }));

describe('a fault with an undo', () => {
  it('waits while another run has to put back the same', () => {
    expect(asked({ reservations: [other] })).toMatchObject({
      ok: false,
      reason: 'one_at_a_time',
      retry: true,
      message: `node ${id} is to be put back by run default_other_1 first`,
    });
  });

  it('does not wait for what is elsewhere, or its own', () => {
    expect(asked({})).toMatchObject({ ok: true });
    expect(asked({ chosen: [onNode(2)], reservations: [other] })).toMatchObject({ ok: true });
    expect(asked({ reservations: [{ ...other, run: sampleContext().run }] })).toMatchObject({ ok: true });
  });

  it('is not asked of one that Nomad heals', () => {
    expect(asked({ fault: sampleFault(), chosen: [onAlloc(1)], reservations: [other] })).toMatchObject({ ok: true });
  });
});
