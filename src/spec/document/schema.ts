/** The JSON Schema of documents, for editors: made of the fields and of the faults that there are. */

import { z } from 'zod';
import { fieldMeta } from '../../base/fields.ts';
import type { AnyFault, FaultCatalog } from '../../faults/fault.ts';
import { parameterTypes } from '../experiments/parameter.ts';
import { documentPlace, keysNow } from '../keys.ts';
import { defaultOf, shapeOf } from '../parameters.ts';
import { excludeMapWords, excludeWords } from './exclusions.ts';
import { mostKeys } from './glob-map.ts';
import { mostSteps, pauseField } from './method.ts';
import { nodeFactWords } from './node-facts.ts';
import { documentFields } from './read-document.ts';
import { weightWords } from './weights.ts';

type Json = { readonly [key: string]: unknown };

/** Draft 2020-12. It tells less than `validate`: which keys go together is left to that. */
export function documentJsonSchema(catalog: FaultCatalog): Json {
  const faults = [...catalog.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sirocco experiment',
    description:
      'A schedule (chaos/schedule/<name>, item spec) or an experiment (chaos/experiments/<name>) as one document, YAML 1.2 or JSON.',
    ...object(properties()),
    anyOf: [{ required: ['method'] }, { required: ['experiment'] }],
    $defs: {
      placeholder: { type: 'string', pattern: '\\{\\{.*\\}\\}', description: 'a parameter of an experiment' },
      glob: { type: 'string', minLength: 1, maxLength: 256, pattern: '^[^\\s,]+$' },
      globs: globMap(),
      step: { anyOf: [pauseStep(), parallelStep(), ...faults.map(faultStep)] },
      fault: { anyOf: faults.map(faultStep) },
      exclude: excludeEntry(),
      parameter: parameter(),
    },
  };
}

function object(given: Json, required: readonly string[] = []): Json {
  const needs = required.length === 0 ? {} : { required };
  return { type: 'object', properties: given, ...needs, additionalProperties: false };
}

/** Keys of flat specs in their places, and what only documents have. */
function properties(): Json {
  const tree: Record<string, Record<string, Json>> = {};
  for (const { key } of keysNow) {
    const place = documentPlace(key);
    if (place === '' || place.startsWith('method[')) continue;
    const dot = place.lastIndexOf('.');
    const above = place.slice(0, Math.max(0, dot));
    tree[above] = { ...tree[above], [place.slice(dot + 1)]: fieldJson(documentFields[key]) };
  }
  const { '': top = {}, target = {}, 'target.pick': pick = {}, ...others } = tree;
  const weights = Object.fromEntries(Object.keys(weightWords).map(word => [word, weightMap(word)]));
  const both: Json = { ...pick, weights: { ...object(weights), minProperties: 1, maxProperties: 1 } };
  return {
    ...top,
    ...Object.fromEntries(Object.entries(others).map(([name, words]) => [name, object(words)])),
    target: object({
      ...target,
      ...Object.fromEntries(nodeFactWords.map(([word, , of]) => [word, factMap(of)])),
      pick: object(both),
      exclude: {
        type: 'array',
        items: { $ref: '#/$defs/exclude' },
        description: 'what matches all words of one of these is left out',
      },
    }),
    method: {
      type: 'array',
      items: { $ref: '#/$defs/step' },
      minItems: 1,
      maxItems: mostSteps,
      description: 'faults one after the other; what lasts is put back before the next begins',
    },
    params: { type: 'object', description: 'values for the parameters of the experiment named' },
    parameters: {
      type: 'object',
      additionalProperties: { $ref: '#/$defs/parameter' },
      description: 'what whoever names this experiment may give: {{ name }} in any value',
    },
  };
}

function factMap(of: string): Json {
  return { $ref: '#/$defs/globs', description: `only on nodes where all of these match: keys of ${of}` };
}

function weightMap(word: string): Json {
  const weight = { type: 'number', minimum: 0, maximum: 1_000_000 };
  const description = `how likely one is chosen, by the ${word} of its node; * is every other value, 0 is never`;
  return { type: 'object', additionalProperties: weight, minProperties: 1, description };
}

function globMap(): Json {
  const glob = { type: ['string', 'number', 'boolean'], minLength: 1, maxLength: 256 };
  return { type: 'object', additionalProperties: glob, minProperties: 1, maxProperties: mostKeys };
}

function excludeEntry(): Json {
  const glob = { $ref: '#/$defs/glob' };
  const words = excludeWords.map(word => [word, excludeMapWords.includes(word) ? { $ref: '#/$defs/globs' } : glob]);
  return { ...object(Object.fromEntries(words)), minProperties: 1 };
}

function parameter(): Json {
  const single = { type: ['string', 'number', 'boolean'] };
  return object({
    type: { enum: parameterTypes, default: 'string' },
    default: single,
    min: single,
    max: single,
    one_of: { type: 'array', items: single, minItems: 1 },
    help: { type: 'string' },
  });
}

function pauseStep(): Json {
  return object({ pause: fieldJson(pauseField) }, ['pause']);
}

function parallelStep(): Json {
  const description = 'faults that are done together';
  return object({ parallel: { type: 'array', items: { $ref: '#/$defs/fault' }, minItems: 1, description } }, [
    'parallel',
  ]);
}

function faultStep({ name, summary, parameters, lasts }: AnyFault): Json {
  const shape = Object.entries(shapeOf(parameters));
  const given = object(Object.fromEntries(shape.map(([word, schema]) => [word, fieldJson(schema)])));
  return object(
    {
      fault: { const: name, description: summary },
      ...(shape.length === 0 ? {} : { with: given }),
      ...(lasts ? { duration: fieldJson(documentFields.duration) } : {}),
    },
    ['fault'],
  );
}

/** One value, or a placeholder for it. */
function fieldJson(schema: z.core.$ZodType): Json {
  const meta = fieldMeta(schema);
  const json = meta?.json ?? plainJson(schema);
  const standard = defaultOf(schema);
  const isNative = json['type'] === 'boolean' || json['type'] === 'integer' || json['type'] === 'number';
  return {
    description: [meta?.help, meta?.allowed].filter(each => each !== undefined).join('; '),
    anyOf: [json, { $ref: '#/$defs/placeholder' }],
    ...(standard === undefined ? {} : { default: isNative ? standard : (meta?.format(standard) ?? standard) }),
  };
}

/** For schemas that are plain zod, not a field of ours. */
function plainJson(schema: z.core.$ZodType): Json {
  const { $schema: _, default: __, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
}
