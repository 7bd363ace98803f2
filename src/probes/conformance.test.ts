/** What every probe of the list must keep, whatever it asks. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldMeta } from '../base/fields.ts';
import { alloc, job } from '../cluster/nomad.fixture.ts';
import { createView } from '../cluster/view.ts';
import { fieldsOf, shapeOf } from '../spec/parameters.ts';
import { probes } from './index.ts';
import type { AnyProbe, FailureReason, NetCall, ProbeAnswer, ProbeCall, ReadProbe } from './probe.ts';
import { probesOf, readProbe } from './reading.ts';

function world() {
  const view = createView();
  view.applyJob(job());
  view.applyAllocs('default', 'web', [alloc(0), alloc(1), alloc(2)], 200);
  return view;
}

const context = { namespace: 'default' };

function example(probe: AnyProbe): ReadProbe {
  const reading = readProbe(probe, probe.example);
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('; '));
  return reading.value;
}

const http = (over: Partial<Extract<ProbeAnswer, { kind: 'http' }>> = {}): ProbeAnswer => ({
  kind: 'http',
  status: 200,
  latencyMs: 12.34,
  body: '',
  truncated: false,
  ...over,
});

const reasons: readonly FailureReason[] = [
  ...(['forbidden', 'invalid', 'unresolved', 'unreachable', 'tls', 'broken', 'timeout', 'cancelled'] as const),
];

const answers: fc.Arbitrary<ProbeAnswer> = fc.oneof(
  fc
    .record({
      status: fc.integer({ min: 100, max: 599 }),
      body: fc.oneof(fc.string({ maxLength: 2_000 }), fc.json(), fc.constant('"'.repeat(400))),
      truncated: fc.boolean(),
      latencyMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    })
    .map(http),
  fc.double({ min: 0, max: 1e9, noNaN: true }).map((latencyMs): ProbeAnswer => ({ kind: 'tcp', latencyMs })),
  fc.constantFrom<ProbeAnswer>(
    { kind: 'view', namespace: 'default', view: createView() },
    { kind: 'view', namespace: 'default', view: world(), baseline: {} },
  ),
  fc
    .tuple(fc.constantFrom(...reasons), fc.string({ maxLength: 600 }))
    .map(([reason, message]): ProbeAnswer => ({ kind: 'failed', reason, message, latencyMs: 5 })),
);

const bytes = (text: string) => new TextEncoder().encode(JSON.stringify(text)).length - 2;

/** The kind of answer that a call is judged by. */
const kindOf: { readonly [K in ProbeCall['op']]: ProbeAnswer['kind'] } = { http: 'http', tcp: 'tcp', view: 'view' };

describe('the list of probes', () => {
  it('is sorted, and its names are words that users can write', () => {
    const names = probes.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it('makes a catalogue, and refuses a name twice', () => {
    expect(probesOf(probes).kinds).toEqual(probes.map(({ name }) => name));
    expect(() => probesOf([...probes, ...probes.slice(0, 1)])).toThrow(RangeError);
  });
});

describe.each(probes.map(probe => [probe.name, probe] as const))('%s', (_, probe) => {
  it('explains itself: a summary of one sentence, help for each parameter and expectation', () => {
    expect(probe.summary).toMatch(/^[A-Z].{10,110}\.$/);
    for (const schema of [probe.parameters, probe.expectations]) {
      const fields = fieldsOf(schema);
      expect(fields.length).toBeGreaterThan(0);
      for (const { name, help } of fields) {
        expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
        expect(help ?? '').toMatch(/\.$/);
      }
    }
  });

  it('refuses what it does not know, with its key and the nearest word', () => {
    const [name = ''] = Object.keys(probe.example.expect);
    const written = {
      with: { ...probe.example.with, surely_unknown: '1' },
      expect: { ...probe.example.expect, [`${name}s`]: 1 },
    };
    expect(readProbe(probe, written)).toMatchObject({
      ok: false,
      problems: [
        { code: 'SIR-101', key: `${probe.name}.surely_unknown` },
        { code: 'SIR-101', key: `expect.${name}s`, didYouMean: name },
      ],
    });
  });

  it('refuses the wrong kind of thing in the place of each', () => {
    const places: readonly (readonly [string, string, unknown])[] = [
      ...Object.keys(shapeOf(probe.parameters)).map(key => ['with', key, ['\u0000']] as const),
      ...Object.keys(shapeOf(probe.expectations)).map(key => ['expect', key, ['\u0000']] as const),
    ];
    for (const [part, key, value] of places) {
      const { with: parameters, expect: expected } = probe.example;
      const written = {
        with: parameters,
        expect: expected,
        [part]: { ...probe.example[part as 'with'], [key]: value },
      };
      expect(readProbe(probe, written)).toMatchObject({
        ok: false,
        problems: [{ code: 'SIR-104', message: expect.stringContaining(key), allowed: expect.stringMatching(/\S/) }],
      });
    }
    expect(readProbe(probe, { with: 5, expect: [] })).toMatchObject({
      ok: false,
      problems: [
        { code: 'SIR-104', key: probe.name },
        { code: 'SIR-104', key: 'expect' },
      ],
    });
  });

  it('is read from its example, and from what that became, to the same JSON', () => {
    const read = example(probe);
    expect(JSON.parse(JSON.stringify(read))).toEqual(read);
    const again = Object.entries(shapeOf(probe.expectations)).flatMap(([name, schema]) => {
      const value = read.expect[name];
      const text = value === undefined ? undefined : fieldMeta(schema)?.format(value);
      // A body is an object, and only written on one line as JSON.
      return text === undefined ? [] : [[name, text.startsWith('{') ? JSON.parse(text) : text]];
    });
    expect(readProbe(probe, { with: probe.example.with, expect: Object.fromEntries(again) })).toEqual({
      ok: true,
      value: read,
    });
  });

  it('takes a plain text for what its shorthand says', () => {
    if (probe.shorthand === undefined) {
      expect(readProbe(probe, { with: 'text' }).ok).toBe(false);
      return;
    }
    const text = probe.example.with[probe.shorthand];
    expect(readProbe(probe, { with: text })).toEqual(readProbe(probe, { with: { [probe.shorthand]: text } }));
    expect(readProbe(probe, { with: text }).ok).toBe(true);
  });

  it('asks the same again and again, as plain JSON, with a time limit for what leaves the house', () => {
    const { with: parameters } = example(probe);
    const call: ProbeCall = probe.ask(parameters, context);
    expect(probe.ask(parameters, context)).toEqual(call);
    expect(JSON.parse(JSON.stringify(call))).toEqual(call);
    if (call.op === 'view') {
      expect(call.namespace).toBe(context.namespace);
      expect(call.reads.length).toBeGreaterThan(0);
    } else {
      const { timeoutMs }: NetCall = call;
      expect(timeoutMs).toBeGreaterThanOrEqual(10);
      expect(timeoutMs).toBeLessThanOrEqual(30_000);
    }
  });

  it('names its rights exactly where it reads from Nomad', () => {
    const { op } = probe.ask(example(probe).with, context);
    expect(probe.permissions.length > 0).toBe(op === 'view');
    expect(probe.baseline === undefined || op === 'view').toBe(true);
  });

  it('expects something by itself', () => {
    const read = readProbe(probe, { with: probe.example.with });
    if (!read.ok) throw new Error('its example is refused');
    const { op } = probe.ask(read.value.with, context);
    const nothing: ProbeAnswer =
      kindOf[op] === 'http'
        ? http({ status: 500 })
        : kindOf[op] === 'view'
          ? { kind: 'view', namespace: 'default', view: createView() }
          : { kind: 'failed', reason: 'unreachable', message: 'nothing listens', latencyMs: 1 };
    expect(probe.judge(read.value.with, read.value.expect, nothing).ok).toBe(false);
  });

  it('never passes without an answer of its own kind', () => {
    const read = example(probe);
    const { op } = probe.ask(read.with, context);
    fc.assert(
      fc.property(answers, answer => {
        if (answer.kind === kindOf[op]) return;
        const result = probe.judge(read.with, read.expect, answer);
        const failed = answer.kind === 'failed' ? answer.reason : 'invalid';
        expect(result).toMatchObject({ ok: false, failed });
      }),
    );
  });

  it('judges any answer: the same each time, in few words, with a reason for every no', () => {
    const read = example(probe);
    fc.assert(
      fc.property(answers, answer => {
        const result = probe.judge(read.with, read.expect, answer);
        expect(probe.judge(read.with, read.expect, answer)).toEqual(result);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        expect(bytes(result.observed)).toBeLessThanOrEqual(200);
        expect(bytes(result.why ?? '')).toBeLessThanOrEqual(200);
        expect(result.why === undefined).toBe(result.ok);
      }),
    );
  });
});
