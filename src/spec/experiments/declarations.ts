/** `parameters` of an experiment: what may be given, of which type, within which bounds. */

import type { Problem } from '../../base/errors.ts';
import { shown } from '../../base/reading.ts';
import { misshapen, type Reading, strayWord } from '../document/reading.ts';
import { plain, type Tree, valueAt } from '../document/tree.ts';
import { problemsOf } from '../problems.ts';
import { boundField, type Declared, type ParameterType, parameterTypes, valueField } from './parameter.ts';

const words = ['type', 'default', 'min', 'max', 'one_of', 'help'] as const;
const allowed = 'a mapping of names to {type, default, min, max, one_of, help}';
const namePattern = /^[a-z][a-z0-9_]{0,62}$/;

/** Reads the declarations; those with problems are left out. */
export function readDeclarations(reading: Reading, tree: Tree): readonly Declared[] {
  if (tree.kind !== 'map') {
    misshapen(reading, 'parameters', tree, allowed);
    return [];
  }
  return tree.entries.flatMap(({ key, value }) => {
    const path = `parameters.${key}`;
    if (!namePattern.test(key)) {
      const message = `${path}: \`${shown(key)}\` is not a name for a parameter`;
      const problem: Problem = {
        code: 'SIR-108',
        key: path,
        message,
        found: shown(key),
        allowed: 'a letter, then a-z, 0-9 and _; at most 63',
      };
      reading.problems.push(problem);
      return [];
    }
    return readDeclaration(reading, key, path, value) ?? [];
  });
}

function readDeclaration(reading: Reading, name: string, path: string, tree: Tree): Declared | undefined {
  if (tree.kind !== 'map') {
    misshapen(reading, path, tree, '{type: string, default: …}');
    return undefined;
  }
  const before = reading.problems.length;
  for (const { key, value } of tree.entries)
    if (!words.some(word => word === key)) strayWord(reading, { path, key, value, words });
  const written = valueAt(tree, 'type');
  const type: ParameterType | undefined =
    written === undefined ? 'string' : parameterTypes.find(each => each === plain(written));
  if (type === undefined) {
    misshapen(reading, `${path}.type`, written ?? tree, parameterTypes.join(', '));
    return undefined;
  }
  const text = (word: string): string | undefined => {
    const value = valueAt(tree, word);
    if (value === undefined) return undefined;
    if (value.kind === 'leaf' && value.text !== null) return value.text;
    misshapen(reading, `${path}.${word}`, value, 'a single value');
    return undefined;
  };
  const bound = (word: 'min' | 'max') => {
    const given = text(word);
    if (given === undefined) return {};
    const field = boundField(type);
    if (field?.safeParse(given).success === true) return { [word]: given };
    const value = valueAt(tree, word) ?? tree;
    misshapen(
      reading,
      `${path}.${word}`,
      value,
      field === undefined ? `no ${word} for a ${type}` : `a value of type ${type}`,
    );
    return {};
  };
  const oneOf = choices(reading, `${path}.one_of`, valueAt(tree, 'one_of'));
  const bounds = { ...bound('min'), ...bound('max'), ...oneOf };
  const [standard, help] = [text('default'), text('help')];
  if (reading.problems.length > before) return undefined;
  const taken = valueField(type, bounds);
  const declared: Declared = {
    name,
    type,
    ...taken,
    ...(standard === undefined ? {} : { default: standard }),
    ...(help === undefined ? {} : { help }),
  };
  if (standard !== undefined) reading.problems.push(...valueProblems(declared, standard, `${path}.default`));
  return declared;
}

function choices(reading: Reading, key: string, tree: Tree | undefined): { readonly oneOf?: readonly string[] } {
  if (tree === undefined) return {};
  const texts =
    tree.kind === 'list'
      ? tree.items.flatMap(each => (each.kind === 'leaf' && each.text !== null ? [each.text] : []))
      : [];
  if (tree.kind === 'list' && texts.length > 0 && texts.length === tree.items.length) return { oneOf: texts };
  misshapen(reading, key, tree, 'a list of values, at least one');
  return {};
}

/** What is wrong with a value for a parameter, told under the key that it was written by. */
export function valueProblems({ field }: Declared, value: unknown, key: string): readonly Problem[] {
  const result = field.safeParse(value);
  if (result.success) return [];
  return problemsOf(
    result.error.issues.map(issue => ({ ...issue, path: ['value'] })),
    { shape: { value: field }, input: { value }, whole: key, word: () => key },
  );
}
