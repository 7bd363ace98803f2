/** A document, told what it means, with everything that is wrong with it. */

import { z } from 'zod';
import { oneOf } from '../../base/fields.ts';
import { shown } from '../../base/reading.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import { flatFields } from '../flat-fields.ts';
import { besideReference } from '../flat-reference.ts';
import { experimentOf, type SpecValues, scheduleOf } from '../meaning.ts';
import type { Given, Purpose, SpecRead } from '../parsed.ts';
import { problemsOf } from '../problems.ts';
import { type Asked, eventProblems, exclusive, faultProblems, pickProblems, timeProblems } from '../rules.ts';
import { timelessProblems } from '../schedule-keys.ts';
import { exclusionProblems, readExclusions } from './exclusions.ts';
import { type Expectations, readExpectations } from './expectations.ts';
import { documentWords } from './layout.ts';
import { readMethod } from './method.ts';
import { nodeFactProblems, readNodeFacts } from './node-facts.ts';
import { inOrder, type Places, placed, placesOf } from './places.ts';
import { misshapen, type Reading } from './reading.ts';
import type { ReadStep } from './step.ts';
import { type Branch, plain } from './tree.ts';
import { type Gathered, gather } from './values.ts';
import { readWeights, weightProblems } from './weights.ts';

/** Documents know one way more to pick. */
export const documentFields = {
  ...flatFields,
  target_mode: oneOf(['random', 'oldest', 'newest', 'all', 'weighted'], {
    help: 'which of those that match; weighted by target.pick.weights',
  }).default('random'),
} as const;
const documentSchema = z.object(documentFields);

export interface DocumentOptions {
  readonly catalog: FaultCatalog;
  readonly purpose: Purpose;
}

/** Reads the tree of a document. Never throws, whatever it holds. */
export function readDocument(root: Branch, { catalog, purpose }: DocumentOptions): SpecRead {
  const reading: Reading = { catalog, purpose, problems: [], meant: new Set(), unknown: 0 };
  const places = placesOf(root);
  const gathered = gather(reading, root);
  const expectations = readExpectations(reading, root);
  const read =
    purpose === 'schedule' && gathered.items.has('experiment')
      ? readReference(reading, gathered, places)
      : readOwn(reading, gathered, expectations);
  if (reading.problems.length === 0 && read !== undefined) return { problems: [], ...read };
  return { problems: inOrder(reading.problems.map(each => placed(each, places))) };
}

type Read = Omit<SpecRead, 'problems'>;

function readOwn(reading: Reading, { items, parts }: Gathered, expectations: Expectations): Read | undefined {
  const { problems, meant, purpose } = reading;
  const params = parts.get('params');
  if (params !== undefined) {
    const message = 'params: only an experiment takes parameters, and none is named';
    const allowed = 'experiment: NAME beside it; parameters of a fault stand in its with';
    problems.push({ code: 'SIR-113', key: 'params', message, found: shown(plain(params)), allowed });
  }
  const exclude = parts.get('target.exclude');
  const exclusions = exclude === undefined ? [] : readExclusions(reading, exclude);
  const weighted = readWeighted(reading, { items, parts });
  const nodeFacts = readNodeFacts(reading, parts);
  const values = readValues(reading, items);
  const steps = stepsOf(reading, parts);
  const asked: Asked = { items, meant, words: documentWords() };
  problems.push(
    ...(purpose === 'schedule' ? [...timeProblems(asked), ...eventProblems(asked)] : timelessProblems(asked)),
    ...pickProblems(asked),
  );
  for (const { path, fault, ...step } of steps) {
    if (fault === undefined) continue;
    const words = documentWords(path, steps.length > 1);
    const own = 'duration' in step ? new Map([...items, ['duration', step.duration] as const]) : items;
    problems.push(
      ...faultProblems({ items: own, meant, words }, fault),
      ...exclusionProblems(exclude, fault, words),
      ...weightProblems(parts.get('target.pick.weights'), fault, words),
      ...nodeFactProblems(parts, fault, words),
    );
  }
  if (values === undefined || problems.length > 0) return undefined;
  const all: SpecValues = {
    ...values,
    ...(exclusions.length === 0 ? {} : { exclude: exclusions }),
    ...(weighted === undefined ? {} : { weights: weighted }),
    ...nodeFacts,
    ...expectations,
  };
  const method = steps.flatMap(({ step }) => step ?? []);
  return { experiment: experimentOf(all, method), schedule: scheduleOf(all) };
}

function stepsOf(reading: Reading, parts: Gathered['parts']): readonly ReadStep[] {
  const method = parts.get('method');
  if (method !== undefined) return readMethod(reading, method);
  if (reading.meant.has('fault')) return [];
  const allowed = 'a list of steps, such as [{fault: alloc-kill}]';
  reading.problems.push({ code: 'SIR-103', key: 'method', message: 'method: the steps are missing', allowed });
  return [];
}

function readWeighted(reading: Reading, { items, parts }: Gathered): SpecValues['weights'] {
  const tree = parts.get('target.pick.weights');
  const isWeighted = items.get('target_mode') === 'weighted';
  const key = 'target.pick.weights';
  if (tree === undefined) {
    const allowed = '{datacenter: {dc1: 3, dc2: 1}} or {node_class: {small: 1, large: 2}}';
    const message = `${key}: mode weighted needs them`;
    if (isWeighted) reading.problems.push({ code: 'SIR-103', key, message, allowed });
    return undefined;
  }
  if (!isWeighted)
    misshapen(
      reading,
      'target.pick.mode',
      modeOf(items.get('target_mode'), tree.at),
      'weighted, where weights are given',
    );
  return readWeights(reading, tree);
}

function modeOf(given: unknown, at: Branch['at']) {
  return { kind: 'leaf', at, text: typeof given === 'string' ? given : null, sort: 'text' } as const;
}

function readValues(reading: Reading, items: Gathered['items']): SpecValues | undefined {
  const input = Object.fromEntries(items);
  const result = documentSchema.safeParse(input);
  if (result.success) return result.data;
  const place = documentWords().key;
  const word = (field: string) => place(field as Parameters<typeof place>[0]);
  reading.problems.push(
    ...problemsOf(result.error.issues, { shape: documentSchema.shape, input, whole: 'method', word }),
  );
  return undefined;
}

function readReference(reading: Reading, { items, parts }: Gathered, places: Places): Read | undefined {
  const { problems, meant } = reading;
  const words = documentWords();
  const asked: Asked = { items, meant, words };
  const strange = [...items.keys()].filter(key => !besideReference.includes(key));
  for (const key of strange)
    problems.push(exclusive(asked, 'experiment', key, `${words.key(key)} in the experiment itself`));
  for (const [part, tree] of parts) {
    if (part === 'params') continue;
    const message = `experiment and ${part} exclude each other`;
    problems.push({
      code: 'SIR-106',
      key: part,
      message,
      found: shown(plain(tree)),
      allowed: `${part} in the experiment itself`,
    });
  }
  problems.push(...timeProblems(asked));
  const params = new Map<string, Given>();
  const given = parts.get('params');
  if (given !== undefined && given.kind !== 'map')
    misshapen(reading, 'params', given, 'a mapping of the experiment’s parameters to values');
  for (const { key, value } of given?.kind === 'map' ? given.entries : [])
    params.set(key, { key: `params.${key}`, value: plain(value), place: value.at });
  const values = readValues(reading, items);
  if (values?.experiment === undefined) return undefined;
  const spot = places.get('experiment');
  return {
    schedule: scheduleOf(values),
    reference: {
      name: values.experiment,
      at: { key: 'experiment', ...(spot === undefined ? {} : { place: spot.value }) },
      params,
      prefix: 'params.',
      ...(values.title === undefined ? {} : { title: values.title }),
      ...(items.has('mode') ? { mode: values.mode } : {}),
    },
  };
}
