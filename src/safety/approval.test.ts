import { describe, expect, it } from 'vitest';
import { approval } from './approval.ts';
import { onAlloc, sampleContext } from './basis/context.fixture.ts';
import type { GateContext } from './gate.ts';
import { defaultLimits } from './limits.ts';

function asked(patterns: readonly string[], over: Partial<GateContext> = {}) {
  const limits = { ...defaultLimits, requireApproval: patterns };
  return approval.ask(sampleContext({ chosen: [onAlloc(1)], limits, ...over }));
}

describe('approval', () => {
  const { fault } = sampleContext();

  it.each([
    ['no fault asks for it', []],
    ['another does', ['some-other-*']],
  ])('lets through where %s', (_, patterns) => {
    expect(asked(patterns)).toMatchObject({ ok: true });
  });

  it('holds, and asks again, while nobody approved', () => {
    expect(asked(['*'])).toMatchObject({ ok: false, retry: true, reason: 'approval' });
    expect(asked([fault.name])).toMatchObject({ message: expect.stringContaining('sirocco approve ') });
  });

  it('says that an approval was for other targets', () => {
    expect(asked(['*'], { approval: 'void' })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^its approval/),
    });
  });

  it('lets through what was approved', () => {
    expect(asked(['*'], { approval: 'given' })).toMatchObject({ ok: true });
  });
});
