/** `steady_state` and `guards`: what must hold before, while and after. Each kind of probe reads its own part. */

import type { z } from 'zod';
import type { Problem } from '../../base/errors.ts';
import { bool, duration, text } from '../../base/fields.ts';
import { nearest } from '../../base/nearest.ts';
import { shown } from '../../base/reading.ts';
import type { Probes } from '../../probes/probe.ts';
import type { Guard, NamedProbe } from '../experiment.ts';
import { problemsOf } from '../problems.ts';
import { misshapen, type Reading } from './reading.ts';
import { type Branch, type Entry, plain, type Tree, valueAt } from './tree.ts';

const most = 16;

const own = {
  name: text({ max: 64, what: 'a name', help: 'what guards and reports call it' }),
  during: bool({ help: 'whether it must hold while harm is in force, too' }).default(false),
} as const;

const ofGuard = {
  probe: text({ max: 64, what: 'the name of a probe of steady_state' }),
  violated_for: duration({ min: 1_000, max: 3_600_000, help: 'how long it may not hold' }).default(10_000),
} as const;

export interface Expectations {
  readonly steadyState?: readonly NamedProbe[];
  readonly guards?: readonly Guard[];
}

/** Reads both; every problem goes to `reading`. */
export function readExpectations(reading: Reading, root: Branch): Expectations {
  const { probes } = reading.catalog;
  const steady = valueAt(root, 'steady_state');
  const guards = valueAt(root, 'guards');
  if (probes === undefined) {
    for (const [key, tree] of [
      ['steady_state', steady],
      ['guards', guards],
    ] as const)
      if (tree !== undefined) notHere(reading, key, tree);
    return {};
  }
  const named = rows(reading, 'steady_state', steady).flatMap(
    ({ path, row }) => readNamed(reading, probes, path, row) ?? [],
  );
  for (const [n, { name }] of named.entries())
    if (named.findIndex(each => each.name === name) < n)
      reading.problems.push({
        code: 'SIR-106',
        key: `steady_state[${n}].name`,
        message: `steady_state[${n}].name: two probes bear one name`,
        found: name,
        allowed: 'a name of its own for each',
      });
  const read = rows(reading, 'guards', guards).flatMap(
    ({ path, row }) => readGuard(reading, { probes, named, path }, row) ?? [],
  );
  return {
    ...(named.length === 0 ? {} : { steadyState: named }),
    ...(read.length === 0 ? {} : { guards: read }),
  };
}

function notHere({ problems }: Reading, key: string, tree: Tree): void {
  const message = `${key}: no probe is known here`;
  problems.push({ code: 'SIR-102', key, message, found: shown(plain(tree)), allowed: 'a document without it' });
}

/** The mappings of a list. */
function rows(
  reading: Reading,
  key: string,
  tree: Tree | undefined,
): readonly { readonly path: string; readonly row: Branch }[] {
  if (tree === undefined) return [];
  if (tree.kind !== 'list' || tree.items.length > most) {
    misshapen(reading, key, tree, `a list of at most ${most} mappings`);
    return [];
  }
  return tree.items.flatMap((row, n) => {
    const path = `${key}[${n}]`;
    if (row.kind === 'map') return [{ path, row }];
    misshapen(reading, path, row, 'a mapping');
    return [];
  });
}

function readNamed(reading: Reading, probes: Probes, path: string, row: Branch): NamedProbe | undefined {
  const kinds = row.entries.filter(({ key }) => probes.kinds.includes(key));
  stray(reading, path, row, [...Object.keys(own), 'expect', ...probes.kinds]);
  const values = readOwn(reading, path, row, own);
  const [kind, second] = kinds;
  const allowed = `one of ${probes.kinds.join(', ')}`;
  if (kind === undefined)
    reading.problems.push({ code: 'SIR-103', key: path, message: `${path}: what to ask is missing`, allowed });
  if (second !== undefined) {
    const message = `${path}: ${kind?.key} and ${second.key} exclude each other`;
    reading.problems.push({ code: 'SIR-106', key: `${path}.${second.key}`, message, found: second.key, allowed });
  }
  if (kind === undefined || second !== undefined) return undefined;
  const expect = valueAt(row, 'expect');
  const read = probes.read(kind.key, {
    with: plain(kind.value),
    ...(expect === undefined ? {} : { expect: plain(expect) }),
  });
  if (!read.ok) reading.problems.push(...read.problems.map(each => below(each, path)));
  if (!read.ok || values === undefined) return undefined;
  return { ...read.value, name: values.name, during: values.during };
}

interface Guarded {
  readonly probes: Probes;
  readonly named: readonly NamedProbe[];
  readonly path: string;
}

function readGuard(reading: Reading, { probes, named, path }: Guarded, row: Branch): Guard | undefined {
  stray(reading, path, row, [...Object.keys(ofGuard), 'expect']);
  const values = readOwn(reading, path, row, ofGuard);
  if (values === undefined) return undefined;
  const probe = named.find(({ name }) => name === values.probe);
  if (probe === undefined) {
    const names = named.map(({ name }) => name);
    const near = nearest(values.probe, names);
    reading.problems.push({
      code: 'SIR-105',
      key: `${path}.probe`,
      message: `${path}.probe: steady_state has no probe called \`${shown(values.probe)}\``,
      found: shown(values.probe),
      allowed: names.join(', ') || 'a probe of steady_state: none is there',
      ...(near === undefined ? {} : { didYouMean: near }),
    });
    return undefined;
  }
  const expect = valueAt(row, 'expect');
  if (expect === undefined) return { probe: probe.name, expect: probe.expect, violatedForMs: values.violated_for };
  const read = probes.expectations(probe.probe, plain(expect));
  if (read.ok) return { probe: probe.name, expect: read.expect, violatedForMs: values.violated_for };
  reading.problems.push(...read.problems.map(each => below(each, path)));
  return undefined;
}

/** The values of a row's own keys; undefined where one is wrong. */
function readOwn<S extends typeof own | typeof ofGuard>(
  reading: Reading,
  path: string,
  row: Branch,
  shape: S,
): { [K in keyof S]: S[K] extends { _zod: { output: infer T } } ? T : never } | undefined {
  const input = Object.fromEntries(
    row.entries.filter(({ key }) => key in shape).map(({ key, value }) => [key, plain(value)]),
  );
  const values: Record<string, unknown> = {};
  let isGood = true;
  for (const [key, field] of Object.entries(shape)) {
    if (!(key in input) && (key === 'name' || key === 'probe')) {
      const message = `${path}.${key} is missing`;
      reading.problems.push({ code: 'SIR-103', key: `${path}.${key}`, message, allowed: 'a text on one line' });
      isGood = false;
      continue;
    }
    const result = field.safeParse(input[key]);
    if (result.success) values[key] = result.data;
    else {
      isGood = false;
      const issues = (result.error?.issues ?? []).map((issue: z.core.$ZodIssue) => ({ ...issue, path: [key] }));
      const found = problemsOf(issues, { shape, input, whole: key });
      reading.problems.push(...found.map(each => below(each, path)));
    }
  }
  return isGood ? (values as never) : undefined;
}

function stray(reading: Reading, path: string, { entries }: Branch, words: readonly string[]): void {
  for (const { key, value } of entries) if (!words.includes(key)) strayKey(reading, path, { key, value, words });
}

function strayKey(
  { problems }: Reading,
  path: string,
  { key, value, words }: Pick<Entry, 'key' | 'value'> & { readonly words: readonly string[] },
): void {
  const near = nearest(key, words);
  problems.push({
    code: 'SIR-101',
    key: `${path}.${shown(key)}`,
    message: `unknown key \`${path}.${shown(key)}\``,
    found: shown(plain(value)),
    allowed: words.join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}

/** A problem of a part, told from the document's top. */
function below(problem: Problem, path: string): Problem {
  const { key = '', message } = problem;
  const full = key === '' ? path : `${path}.${key}`;
  return { ...problem, key: full, message: message.startsWith(`${key}:`) ? `${path}.${message}` : message };
}
