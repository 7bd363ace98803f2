/** The steps of a method: faults one after the other, pauses between them, some of them together. */

import { z } from 'zod';
import { duration } from '../../base/fields.ts';
import { shown } from '../../base/reading.ts';
import { missingFault } from '../fault-name.ts';
import { problemsOf } from '../problems.ts';
import { stepWords } from './layout.ts';
import { misshapen, type Reading, strayWord } from './reading.ts';
import { type ReadStep, readStep } from './step.ts';
import { type Branch, plain, type Tree, valueAt } from './tree.ts';

export const mostSteps = 32;

const stepAllowed = 'one of {fault: NAME, with: {…}, duration: 1m}, {pause: 30s} and {parallel: [{fault: NAME}, …]}';
export const pauseField = duration({ min: 1, max: 24 * 3_600_000, help: 'waited between two steps' });

/** Reads `method`. Every fault is told, also those that something is wrong with. */
export function readMethod(reading: Reading, tree: Tree): readonly ReadStep[] {
  if (tree.kind !== 'list' || tree.items.length === 0) {
    misshapen(reading, 'method', tree, `a list of steps, each ${stepAllowed}`);
    return [];
  }
  const steps: ReadStep[] = [];
  let pauseMs = 0;
  let last: Pause | undefined;
  for (const [index, item] of tree.items.entries()) {
    const path = `method[${index}]`;
    if (item.kind !== 'map') {
      misshapen(reading, path, item, stepAllowed);
      continue;
    }
    const pause = valueAt(item, 'pause');
    if (pause !== undefined) {
      if (!alone(reading, item, path, 'pause')) continue;
      last = { key: `${path}.pause`, value: pause };
      pauseMs += readPause(reading, last);
      if (index === 0) idlePause(reading, last, 'no step comes before it');
      continue;
    }
    const stage = steps.length;
    const parallel = valueAt(item, 'parallel');
    const read = parallel === undefined ? [readStep(reading, item, path)] : readParallel(reading, item, path, parallel);
    const together = read.length > 1 ? { stage } : {};
    const first = pauseMs === 0 ? {} : { pauseMs };
    steps.push(
      ...read.map(each =>
        each.step === undefined ? each : { ...each, step: { ...each.step, ...together, ...first } },
      ),
    );
    pauseMs = 0;
    last = undefined;
  }
  if (last !== undefined) idlePause(reading, last, 'no step follows it');
  if (steps.length > mostSteps) {
    const message = `method: it has ${steps.length} steps, and ${mostSteps} are the most`;
    const found = String(steps.length);
    reading.problems.push({ code: 'SIR-104', key: 'method', message, found, allowed: `1 to ${mostSteps} steps` });
  }
  if (steps.length === 0 && last !== undefined) reading.problems.push(missingFault('method[0].fault', reading.catalog));
  return steps;
}

interface Pause {
  readonly key: string;
  readonly value: Tree;
}

function idlePause(reading: Reading, { key, value }: Pause, why: string): void {
  reading.problems.push({
    code: 'SIR-113',
    key,
    message: `${key}: a pause stands between two steps, and ${why}`,
    found: shown(plain(value)),
    allowed: 'a pause with steps before and after it; how long a fault is in force is its duration',
  });
}

function readPause(reading: Reading, { key, value }: Pause): number {
  const input = { pause: plain(value) };
  const shape = { pause: pauseField };
  const result = z.object(shape).safeParse(input);
  if (result.success) return result.data.pause;
  reading.problems.push(...problemsOf(result.error.issues, { shape, input, whole: key, word: () => key }));
  return 0;
}

/** `pause` and `parallel` are steps by themselves: whether it is. */
function alone(reading: Reading, { entries }: Branch, path: string, word: string): boolean {
  for (const { key, value } of entries) {
    if (key === word) continue;
    if (!stepWords.some(each => each === key)) {
      strayWord(reading, { path, key, value, words: [word] });
      continue;
    }
    const message = `${path}.${word} and ${path}.${key} exclude each other`;
    const allowed = `${word} alone: each is a step of its own`;
    reading.problems.push({ code: 'SIR-106', key: `${path}.${key}`, message, found: shown(plain(value)), allowed });
  }
  return entries.length === 1;
}

function readParallel(reading: Reading, item: Branch, path: string, tree: Tree): readonly ReadStep[] {
  alone(reading, item, path, 'parallel');
  const below = `${path}.parallel`;
  if (tree.kind !== 'list' || tree.items.length === 0) {
    misshapen(reading, below, tree, 'a list of faults: [{fault: NAME}, …]');
    return [];
  }
  return tree.items.flatMap((each, index) => {
    const own = `${below}[${index}]`;
    if (each.kind === 'map') return [readStep(reading, each, own, true)];
    misshapen(reading, own, each, '{fault: NAME, with: {…}, duration: 1m}');
    return [];
  });
}
