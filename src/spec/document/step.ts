/** One step of a method: a fault, with its parameters, for how long. */

import { z } from 'zod';
import type { AnyFault } from '../../faults/fault.ts';
import type { FaultStep } from '../experiment.ts';
import { missingFault, unknownFault } from '../fault-name.ts';
import { flatFields } from '../flat-fields.ts';
import { standardDurationMs } from '../meaning.ts';
import { readParameters, shapeOf } from '../parameters.ts';
import { problemsOf } from '../problems.ts';
import { stepWords } from './layout.ts';
import { misshapen, type Reading, strayWord } from './reading.ts';
import { type Branch, plain, type Tree, valueAt, written } from './tree.ts';

/** One fault of the method, as far as it could be read. */
export interface ReadStep {
  readonly path: string;
  readonly fault?: AnyFault;
  /** As it was written. */
  readonly duration?: unknown;
  /** Absent where something is wrong with it. */
  readonly step?: FaultStep;
}

/** Reads a step; `isInner`: it is one of several that are done together. */
export function readStep(reading: Reading, item: Branch, path: string, isInner = false): ReadStep {
  const name = valueAt(item, 'fault');
  const fault = name?.kind === 'leaf' && name.text !== null ? reading.catalog.get(name.text) : undefined;
  const parameters = (fault === undefined ? [...reading.catalog.values()] : [fault]).flatMap(each =>
    Object.keys(shapeOf(each.parameters)),
  );
  let isMeant = reading.meant.has('fault');
  for (const { key, value } of item.entries) {
    if (key === 'fault' || key === 'with' || key === 'duration') continue;
    if (isInner && (key === 'parallel' || key === 'pause')) {
      misshapen(reading, `${path}.${key}`, value, 'only faults are done together');
      continue;
    }
    const word = strayWord(reading, { path, key, value, words: stepWords, step: { path, parameters } });
    isMeant ||= word === `${path}.fault`;
  }
  if (name === undefined) {
    if (!isMeant) reading.problems.push(missingFault(`${path}.fault`, reading.catalog));
  } else if (fault === undefined) reading.problems.push(unknownFault(`${path}.fault`, plain(name), reading.catalog));
  const given = readDuration(reading, item, path);
  const withTree = valueAt(item, 'with');
  const params = fault === undefined ? undefined : readWith(reading, fault, path, withTree);
  const base = { path, ...(fault === undefined ? {} : { fault }), ...given.written };
  if (fault === undefined || params === undefined || !given.ok) return base;
  const durationMs = fault.lasts ? (given.ms ?? standardDurationMs) : 0;
  return { ...base, step: { fault: fault.name, with: params, durationMs } };
}

interface ReadDuration {
  readonly ok: boolean;
  readonly ms?: number;
  readonly written: { readonly duration?: unknown };
}

function readDuration(reading: Reading, item: Branch, path: string): ReadDuration {
  const tree = valueAt(item, 'duration');
  if (tree === undefined) return { ok: true, written: {} };
  const input = { duration: plain(tree) };
  const shape = { duration: flatFields.duration };
  const result = z.object(shape).safeParse(input);
  const key = `${path}.duration`;
  if (!result.success)
    reading.problems.push(...problemsOf(result.error.issues, { shape, input, whole: key, word: () => key }));
  const ms = result.success && result.data.duration !== undefined ? { ms: result.data.duration } : {};
  return { ok: result.success, ...ms, written: input };
}

function readWith(
  reading: Reading,
  fault: AnyFault,
  path: string,
  tree: Tree | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (tree !== undefined && tree.kind !== 'map') {
    const names = Object.keys(shapeOf(fault.parameters)).join(', ');
    misshapen(
      reading,
      `${path}.with`,
      tree,
      names === '' ? `nothing: ${fault.name} takes no parameters` : `a mapping of ${names}`,
    );
    return undefined;
  }
  const input = Object.fromEntries((tree?.entries ?? []).map(({ key, value }) => [key, written(value)]));
  const word = (name: string) => `${path}.with.${name}`;
  const result = readParameters(fault, input, { whole: `${path}.with`, word });
  if (result.ok) return result.value;
  const meant = new Set(result.problems.map(each => each.didYouMean));
  for (const problem of result.problems) {
    const isMeant = problem.code === 'SIR-103' && meant.has(problem.key);
    const isOwn = problem.code === 'SIR-101' && stepWords.some(each => word(each) === problem.key);
    const outside = isOwn ? { didYouMean: `${path}${problem.key?.slice(`${path}.with`.length)}` } : {};
    if (!isMeant) reading.problems.push({ ...problem, ...outside });
  }
  return undefined;
}
