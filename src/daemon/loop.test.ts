import { describe, expect, it } from 'vitest';
import type { Happening, Input } from '../controller/types.ts';
import type { Effect } from '../lifecycle/effects.ts';
import { fakeTime, scriptedFold } from './fake-time.ts';
import { createLoop } from './loop.ts';

const beat = (key: string): Happening => ({ kind: 'stream-beat', key });
const write = (kind: string): Effect => ({ kind: 'note', note: { type: 'write', kind } });

function setUp(script: Parameters<typeof scriptedFold>[0], perform: (effect: Effect) => void = () => {}) {
  const time = fakeTime();
  const controller = scriptedFold(script);
  const failures: unknown[] = [];
  const loop = createLoop({ controller, clock: time, timers: time, perform, onFailure: error => failures.push(error) });
  return { time, controller, loop, failures };
}

const keys = (inputs: readonly Input[]) =>
  inputs.map(({ happening }) => ('key' in happening ? happening.key : happening.kind));

describe('loop', () => {
  it('steps in the order of arrival, numbered from one, and never inside another step', () => {
    const order: string[] = [];
    const { controller, loop } = setUp(
      ({ happening }) => {
        if (happening.kind !== 'stream-beat') return undefined;
        order.push(`step ${happening.key}`);
        return { effects: [write(happening.key)] };
      },
      effect => {
        if (effect.kind !== 'note' || effect.note.type !== 'write') return;
        order.push(`begin ${effect.note.kind}`);
        if (effect.note.kind === 'a') {
          loop.push(beat('b'));
          loop.push(beat('c'));
        }
        order.push(`end ${effect.note.kind}`);
      },
    );
    loop.push(beat('a'));
    expect(order).toEqual(['step a', 'begin a', 'end a', 'step b', 'begin b', 'end b', 'step c', 'begin c', 'end c']);
    expect(controller.inputs.map(input => input.seq)).toEqual([1, 2, 3]);
  });

  it('stamps an input when it is taken out, not when it was put in', () => {
    const { time, controller, loop } = setUp(
      ({ seq }) => (seq === 1 ? { effects: [write('slow')] } : undefined),
      () => {
        loop.push(beat('later'));
        time.advance(40);
      },
    );
    const [mono, wall] = [time.mono(), time.wall()];
    loop.push(beat('first'));
    expect(controller.inputs.map(input => [input.mono - mono, input.wall - wall])).toEqual([
      [0, 0],
      [40, 40],
    ]);
  });

  it('performs effects in the same tick, an exit after the others of its step', () => {
    const performed: string[] = [];
    const { loop } = setUp(
      () => ({ effects: [{ kind: 'exit', reason: 'done' }, write('last')] }),
      effect => performed.push(effect.kind),
    );
    loop.push({ kind: 'timer' });
    expect(performed).toEqual(['note', 'exit']);
  });

  it('keeps one timer, at the deadline that was named last', () => {
    const wanted = new Map([
      ['a', 500],
      ['b', 200],
      ['c', 300],
    ]);
    const { time, controller, loop } = setUp(({ happening, mono }) => {
      const inMs = 'key' in happening ? wanted.get(happening.key) : undefined;
      return inMs === undefined ? undefined : { nextDeadline: mono + inMs };
    });
    for (const key of ['a', 'b', 'c']) loop.push(beat(key));
    expect(time.pending()).toBe(1);
    time.advance(299);
    expect(controller.happenings()).not.toContain('timer');
    time.advance(1);
    expect(controller.happenings().at(-1)).toBe('timer');
    expect(time.pending()).toBe(0);
  });

  it('takes no step at a deadline that was moved out of the way', () => {
    const { time, controller, loop } = setUp(({ happening, mono }) =>
      happening.kind === 'stream-beat' && happening.key === 'a' ? { nextDeadline: mono + 50 } : undefined,
    );
    loop.push(beat('a'));
    loop.push(beat('b'));
    time.advance(10_000);
    expect(keys(controller.inputs)).toEqual(['a', 'b']);
  });

  it('steps at once for a deadline that has passed, and waits for one far away without a step before', () => {
    const { time, controller, loop } = setUp(({ seq, mono }) => ({
      nextDeadline: seq === 1 ? mono - 5 : mono + 3_600_000,
    }));
    loop.push(beat('a'));
    time.advance(0);
    expect(controller.happenings()).toEqual(['stream-beat', 'timer']);
    time.advance(3_599_999);
    expect(controller.inputs).toHaveLength(2);
    time.advance(1);
    expect(controller.inputs).toHaveLength(3);
  });

  it('lets timers and sockets have their turn when every step brings another at once', () => {
    const { time, loop, controller } = setUp(
      ({ seq }) => ({ effects: seq < 1_000 ? [write('more')] : [] }),
      () => loop.push(beat('more')),
    );
    loop.push(beat('first'));
    const inOneTurn = controller.inputs.length;
    expect(inOneTurn).toBeLessThan(1_000);
    time.advance(10);
    expect(controller.inputs).toHaveLength(1_000);
    expect(controller.inputs.map(input => input.seq)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  });

  it('ends when a step throws: a state half made decides nothing more', () => {
    const { time, controller, loop, failures } = setUp(({ happening, mono }) => {
      if (happening.kind === 'stream-gap') throw new Error('no such key');
      return { nextDeadline: mono + 10 };
    });
    loop.push(beat('a'));
    loop.push({ kind: 'stream-gap', key: 'a', reason: 'lost' });
    loop.push(beat('b'));
    time.advance(100);
    expect(failures).toEqual([new Error('no such key')]);
    expect(keys(controller.inputs)).toEqual(['a', 'a']);
    expect(time.pending()).toBe(0);
  });

  it('is silent once closed', () => {
    const { time, controller, loop } = setUp(({ mono }) => ({ nextDeadline: mono + 10 }));
    loop.push(beat('a'));
    loop.close();
    loop.push(beat('b'));
    time.advance(100);
    expect(keys(controller.inputs)).toEqual(['a']);
  });
});
