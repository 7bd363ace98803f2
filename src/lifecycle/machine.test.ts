import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answered, Facts } from './facts.ts';
import { look, type Standing } from './machine.ts';
import { anIntent, aRun } from './run.fixture.ts';
import { isBeforeHarm, type Run, runStates } from './run.ts';

const go: Answered = { kind: 'go' };
const quiet: Facts = {
  wall: 2_000,
  timeUp: false,
  acked: false,
  admission: go,
  choice: { kind: 'chosen', intents: [anIntent()], excluded: [] },
  blast: go,
  steady: go,
  armed: go,
  term: 7,
  sendBy: 9_000,
  settled: false,
  lasting: false,
  more: false,
  next: { kind: 'wait' },
  reverted: false,
  effectsSeen: false,
  looked: true,
  recovered: { ok: false },
};
const facts = (change: Partial<Facts> = {}): Facts => ({ ...quiet, ...change });

/** Looks until nothing follows. */
function settle(standing: Standing, at: Facts): Standing {
  let now = standing;
  for (let i = 0; i < 20; i += 1) {
    const next = look(now, at);
    if (next === now) return now;
    now = next;
  }
  throw new Error('never settles');
}

describe('the lifecycle', () => {
  it('waits in queued until its claim is acknowledged', () => {
    const standing: Standing = { state: 'queued', run: aRun() };
    expect(look(standing, facts())).toBe(standing);
  });

  it('goes from an acknowledged claim to marked intents in one tick', () => {
    const { state, run } = settle({ state: 'queued', run: aRun() }, facts({ acked: true }));
    expect(state).toBe('injecting');
    expect(run.intents).toMatchObject([{ state: 'sending', term: 7 }]);
    expect(run.armedAt).toBe(2_000);
  });

  it.each([
    ['admitted', { admission: { kind: 'end', verdict: 'refused', reason: 'halted' } as Answered }],
    ['targeting', { choice: { kind: 'end', verdict: 'refused', reason: 'no_target' } as Answered }],
    ['limited', { blast: { kind: 'end', verdict: 'refused', reason: 'max_group_percent' } as Answered }],
    ['baseline', { steady: { kind: 'end', verdict: 'failed', reason: 'not_steady' } as Answered }],
    ['armed', { armed: { kind: 'end', verdict: 'refused', reason: 'target_changed' } as Answered }],
  ] as const)('ends from %s in the words of the question that said no, without an intent', (state, change) => {
    const end = Object.values(change)[0] as { verdict: string; reason: string };
    const next = look({ state, run: aRun({ intents: [anIntent()] }) }, facts(change));
    expect(next).toMatchObject({ state: 'reporting', run: { verdict: end.verdict, reason: end.reason, intents: [] } });
  });

  it('stays in limited while an approval is waited for, says so once, and goes on when it came', () => {
    const why = { reason: 'approval', message: 'it needs an approval' };
    const waits = facts({ blast: { kind: 'wait', why } });
    const limited: Standing = { state: 'limited', run: aRun({ intents: [anIntent()] }) };
    const waiting = look(limited, waits);
    expect(waiting).toMatchObject({ state: 'limited', run: { waiting: { ...why, since: 2_000 } } });
    expect(look(waiting, waits)).toBe(waiting);
    const other = look(waiting, facts({ wall: 3_000, blast: { kind: 'wait', why: { ...why, message: 'again' } } }));
    expect(other.run.waiting).toMatchObject({ message: 'again', since: 2_000 });
    const { state, run } = look(waiting, facts());
    expect([state, run.waiting]).toEqual(['baseline', undefined]);
  });

  it.each(['limited', 'armed'] as const)('chooses anew from %s when what was chosen is gone', state => {
    expect(look({ state, run: aRun({ intents: [anIntent()] }) }, facts({ changed: true })).state).toBe('targeting');
  });

  it.each([
    ['its mode', 'shadow', undefined, 'mode shadow: all of it but the harm'],
    ['a blackout', 'run', 'blackout until noon', 'blackout until noon'],
  ] as const)(
    'goes no further than armed by %s, and keeps what was chosen, with nothing to undo',
    (_, mode, shadow, message) => {
      const run = aRun({ experiment: { ...aRun().experiment, mode } });
      const undo = { op: 'x', args: {} };
      const choice = { kind: 'chosen' as const, intents: [anIntent({ undo, undoState: 'pending' })], excluded: [] };
      const change = { acked: true, choice, ...(shadow === undefined ? {} : { shadow }) };
      const { state, run: ended } = settle({ state: 'queued', run }, facts(change));
      expect(state).toBe('done');
      expect(ended).toMatchObject({ verdict: 'passed', reason: 'shadow', message, armedAt: 2_000 });
      expect(ended.intents).toMatchObject([{ state: 'withheld', message: 'shadow', undo }]);
      expect(ended.intents[0]).not.toHaveProperty('undoState');
    },
  );

  it('is no shadow run before armed says yes', () => {
    const run = aRun({ experiment: { ...aRun().experiment, mode: 'shadow' }, intents: [anIntent()] });
    expect(look({ state: 'armed', run }, facts({ armed: { kind: 'wait' } })).state).toBe('armed');
    const end: Answered = { kind: 'end', verdict: 'refused', reason: 'halted' };
    expect(look({ state: 'armed', run }, facts({ armed: end })).run).toMatchObject({ reason: 'halted', intents: [] });
  });

  it('does not begin after the start deadline', () => {
    const next = look({ state: 'admitted', run: aRun({ startDeadline: 1_500 }) }, facts());
    expect(next).toMatchObject({ state: 'reporting', run: { verdict: 'refused', reason: 'start_deadline' } });
  });

  it('holds a lasting fault for its duration, counted from the injection', () => {
    const run = aRun({ injectedAt: 1_900, intents: [anIntent({ state: 'done' })] });
    const lasting = {
      ...run,
      experiment: { ...run.experiment, method: [{ fault: 'node-ineligible', with: {}, durationMs: 10_000 }] },
    };
    const held = look({ state: 'injecting', run: lasting }, facts({ settled: true, lasting: true }));
    expect(held).toMatchObject({ state: 'holding', run: { holdUntil: 11_900 } });
    expect(look(held, facts({ wall: 11_899 })).state).toBe('holding');
    expect(look(held, facts({ wall: 11_900 })).state).toBe('reverting');
  });

  it('takes an abort while holding to reverting, never to an end', () => {
    const abort = { reason: 'halted', message: 'by hand' };
    const next = look(
      { state: 'holding', run: aRun({ holdUntil: 99_000, intents: [anIntent({ state: 'done' })] }) },
      facts({ abort }),
    );
    expect(next).toMatchObject({ state: 'reverting', run: { abort: { reason: 'halted' } } });
    expect(settle(next, facts({ abort, reverted: true })).run.verdict).toBe('aborted');
  });

  it('passes only when every effect was seen and the group is whole', () => {
    const run = aRun({
      intents: [anIntent({ state: 'done', effect: { evidence: 'Terminated' } })],
      recoverUntil: 60_000,
    });
    const end = look(
      { state: 'recovering', run },
      facts({ effectsSeen: true, recovered: { ok: true, recoveryMs: 1_800 } }),
    );
    expect(end).toMatchObject({ state: 'reporting', run: { verdict: 'passed', recoveryMs: 1_800 } });
  });

  it('does not judge a run whose time is over before it has looked', () => {
    const run = aRun({ intents: [anIntent({ state: 'done' })], recoverUntil: 60_000 });
    const over = { wall: 60_000, looked: false };
    expect(look({ state: 'recovering', run }, facts(over)).state).toBe('recovering');
    const end = look({ state: 'recovering', run }, facts({ ...over, looked: true }));
    expect(end).toMatchObject({ state: 'reporting', run: { verdict: 'failed', reason: 'no_effect' } });
  });

  it('deviates where the group came back later than it might, whenever that is seen', () => {
    const run = aRun({
      intents: [anIntent({ state: 'done', effect: { evidence: 'Terminated' } })],
      recoverUntil: 60_000,
    });
    const end = look(
      { state: 'recovering', run },
      facts({ effectsSeen: true, recovered: { ok: true, recoveryMs: 60_001 } }),
    );
    expect(end).toMatchObject({ run: { verdict: 'deviated', reason: 'not_recovered', recoveryMs: 60_001 } });
  });

  it('keeps what each target took to recover as it ends', () => {
    const effect = { evidence: 'Terminated' };
    const intents = [
      anIntent({ state: 'done', effect, recovered: { ms: 900 } }),
      anIntent({ n: 1, state: 'done', effect }),
      anIntent({ n: 2, state: 'done', effect }),
    ];
    const recovered = { ok: true, recoveryMs: 1_800, times: [900, 1_800, undefined] };
    const run = aRun({ intents, recoverUntil: 60_000 });
    const end = look({ state: 'recovering', run }, facts({ effectsSeen: true, recovered }));
    expect(end.run.intents.map(each => each.recovered)).toEqual([{ ms: 900 }, { ms: 1_800 }, {}]);
  });

  it('leaves injecting only to holding or reverting, and ends only through reverting, whatever is true', () => {
    const abort = fc.option(fc.constant({ reason: 'halted', message: '' }), { nil: undefined });
    const answered = fc.constantFrom<Answered>(go, { kind: 'wait' }, { kind: 'end', verdict: 'refused' });
    const anyFacts = fc
      .record({
        wall: fc.nat(100_000),
        acked: fc.boolean(),
        abort,
        admission: answered,
        blast: answered,
        steady: answered,
        armed: answered,
        settled: fc.boolean(),
        lasting: fc.boolean(),
        reverted: fc.boolean(),
        effectsSeen: fc.boolean(),
        looked: fc.boolean(),
      })
      .map(({ abort: maybe, ...rest }) => facts({ ...rest, ...(maybe === undefined ? {} : { abort: maybe }) }));
    fc.assert(
      fc.property(fc.array(anyFacts, { maxLength: 30 }), all => {
        let standing: Standing = { state: 'queued', run: aRun() };
        const path = [standing.state];
        for (const each of all) {
          standing = look(standing, each);
          if (standing.state !== path.at(-1)) path.push(standing.state);
        }
        const at = path.indexOf('injecting');
        if (at >= 0 && path.length > at + 1) expect(['holding', 'reverting']).toContain(path[at + 1]);
        if (at >= 0 && path.includes('reporting')) expect(path).toContain('reverting');
        expect(path.map(state => runStates.indexOf(state))).toEqual(
          [...path.map(state => runStates.indexOf(state))].sort((a, b) => a - b),
        );
        if (isBeforeHarm(standing.state))
          expect((standing.run as Run).intents.every(each => each.state === 'planned')).toBe(true);
      }),
    );
  });
});
