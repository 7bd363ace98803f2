/**
 * The fold with many schedules, as a process of its own with `--expose-gc`: what it takes to take them in, to answer each
 * with its status, to hold them, and to pass a minute with them. Arguments: how many, and `answered` when an earlier life
 * has written every status, `new` when none is. It writes one line of JSON; times are milliseconds of this processor,
 * except `answeringSimulatedMs`, which is how long the statuses take in life, since few writes a second are allowed.
 */

import { formatTime } from '../../src/base/time.ts';
import { createController } from '../../src/controller/step.ts';
import type { Happening, Input } from '../../src/controller/types.ts';
import { catalogOf } from '../../src/faults/catalog.ts';
import { faults } from '../../src/faults/index.ts';
import { gates } from '../../src/safety/index.ts';
import { parseSpec } from '../../src/spec/flat.ts';
import { createAnswers, nameOf } from './answers.ts';

const count = Number(process.argv[2]);
const areAnswered = process.argv[3] === 'answered';
const catalog = catalogOf(faults);
const writtenAt = Date.UTC(2026, 10, 24, 10);
const minute = 60_000;

/** Tomorrow, so that none starts meanwhile. */
const due = (n: number) => formatTime(writtenAt + 24 * 60 * minute + n * 1_000);
const items = (n: number) => ({
  fault: 'alloc-kill',
  target_job: `service-${n % 40}`,
  at: due(n),
  title: `The loss of one instance, number ${n}`,
  target_count: '1',
});

const status = (n: number, index: number) =>
  areAnswered ? { state: 'accepted', observed_index: String(index), next_run: due(n) } : undefined;

/** A controller in a world where every answer comes at once and time passes only when it waits. */
function world(wanted: number) {
  const answers = createAnswers({ namespace: 'default', count: wanted, items, status, writtenAt });
  const now = { mono: 1_000, wall: writtenAt + 1_000 };
  const config = { home: 'sirocco', prefix: 'chaos', namespaces: ['default'], name: 'bench', region: 'global' };
  const controller = createController(config, { catalog, gates }, now);
  let inbox: Happening[] = [];
  let [seq, deadline] = [0, Number.POSITIVE_INFINITY];

  function step(happening: Happening): void {
    seq += 1;
    const input: Input = { seq, ...now, happening };
    const { effects, nextDeadline } = controller.step(input);
    deadline = nextDeadline ?? Number.POSITIVE_INFINITY;
    for (const effect of effects) {
      if (effect.kind === 'stream' && effect.request.topics.length > 0) {
        inbox.push({ kind: 'stream-open', key: effect.key });
        beats.set(effect.key, now.mono + beatMs);
      }
      if (effect.kind !== 'call') continue;
      const answer = answers.answer(effect.call);
      if (answer === undefined) continue;
      inbox.push({ kind: 'answer', id: effect.id, call: effect.call, answer, sentAt: now.mono });
    }
  }

  const beatMs = 30_000;
  const beats = new Map<string, number>();

  /** Steps until nothing is left to be answered. */
  function settle(): void {
    while (inbox.length > 0) {
      const turn = inbox;
      inbox = [];
      for (const each of turn) step(each);
    }
  }

  /** Passes time from deadline to deadline, at most `ms`, while `wanted` holds. */
  function pass(ms: number, goOn: () => boolean = () => true): void {
    const end = now.mono + ms;
    while (goOn()) {
      const beat = Math.min(...beats.values());
      const at = Math.max(now.mono, Math.min(deadline, beat, end));
      now.wall += at - now.mono;
      now.mono = at;
      if (at >= end) break;
      for (const [key, due] of beats) {
        if (due > at) continue;
        beats.set(key, at + beatMs);
        step({ kind: 'stream-beat', key });
      }
      step({ kind: 'timer' });
      settle();
    }
  }

  return { controller, answers, now, step, settle, pass };
}

const timed = (work: () => void): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};

async function heap(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('to be run with --expose-gc');
  for (let i = 0; i < 4; i += 1) await gc({ type: 'major', execution: 'async' });
  return process.memoryUsage().heapUsed;
}

const parse = (n: number): void => {
  if (!parseSpec(nameOf(n), items(n), catalog).ok) throw new Error('a spec of this benchmark is not valid');
};
const parseAll = () => {
  for (let n = 0; n < count; n += 1) parse(n);
};

/** A small one first, so that what is measured is warm. */
const warm = world(200);
warm.step({ kind: 'timer' });
warm.settle();
warm.pass(minute);
parseAll();

const parsingMs = timed(parseAll);
const before = await heap();
const { controller, answers, now, step, settle, pass } = world(count);
const takingInMs = timed(() => {
  step({ kind: 'timer' });
  settle();
});
if (controller.core.specs.size !== count) throw new Error(`${controller.core.specs.size} of ${count} were taken in`);
const begun = now.mono;
const toAnswer = areAnswered ? 0 : count;
const answeringMs = timed(() => pass(60 * minute, () => answers.statuses < toAnswer));
if (answers.statuses !== toAnswer) throw new Error(`${answers.statuses} of ${toAnswer} were answered`);
const answeringSimulatedMs = now.mono - begun;
pass(2 * minute);
const after = await heap();
const idleMinuteMs = timed(() => pass(minute));

process.stdout.write(
  `${JSON.stringify({
    parsingMs,
    takingInMs,
    answeringMs,
    answeringSimulatedMs,
    idleMinuteMs,
    bytes: after - before,
  })}\n`,
);
