import { describe, expect, it } from 'vitest';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { alone } from './alone.ts';
import { heldBy, onAlloc, sampleContext } from './basis/context.fixture.ts';
import type { GateContext } from './gate.ts';

const asked = (over: Partial<GateContext>) => alone.ask(sampleContext({ chosen: [onAlloc(1)], ...over }));
const lonely = sampleFault({ name: 'sample-pause', alone: true });
const other = heldBy('default_other_1', [2]);

describe('a fault that must be alone', () => {
  it('waits for every other run to end', () => {
    expect(asked({ fault: lonely })).toMatchObject({ ok: true });
    expect(asked({ fault: lonely, reservations: [other] })).toMatchObject({
      ok: false,
      reason: 'alone',
      retry: true,
      message: 'sample-pause must be alone, and run default_other_1 is open beside it',
    });
  });

  it('makes all others wait', () => {
    expect(asked({ reservations: [other] })).toMatchObject({ ok: true });
    expect(asked({ reservations: [other, { ...other, run: 'x', fault: 'sample-pause', alone: true }] })).toMatchObject({
      ok: false,
      message: 'sample-pause must be alone, and run x is open beside it',
    });
  });

  it('is not hindered by its own reservation', () => {
    const own = { ...other, run: sampleContext().run, alone: true };
    expect(asked({ fault: lonely, reservations: [own] })).toMatchObject({ ok: true });
  });
});
