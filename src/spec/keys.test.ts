import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fieldMeta } from '../base/fields.ts';
import { sampleCatalog } from './catalog.fixture.ts';
import { flatFields } from './flat-fields.ts';
import { isReserved, keysNow, parameterIn } from './keys.ts';
import { parametersOf, readParameters, reservedParameters } from './parameters.ts';

describe('the table of keys', () => {
  it('names each key and each place in a document once', () => {
    const keys = keysNow.map(row => row.key);
    expect(new Set(keys).size).toBe(keys.length);
    const places = keysNow.map(row => row.document).filter(place => place !== '');
    expect(new Set(places).size).toBe(places.length);
    for (const key of keys) expect(key).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it('has words on what each key of this release takes', () => {
    for (const { key } of keysNow) {
      expect(fieldMeta(flatFields[key])).toMatchObject({
        allowed: expect.stringMatching(/./),
        help: expect.stringMatching(/./),
      });
    }
  });

  it('knows the parameters of an experiment by the beginning of their keys', () => {
    expect(['param_size', 'param_', 'param', 'param_A', 'size'].map(parameterIn)).toEqual([
      'size',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('keeps its words from parameters of faults', () => {
    expect(['seed', 'cron', 'param_x', 'signal', 'toString'].map(isReserved)).toEqual([true, true, true, false, false]);
    expect(reservedParameters(sampleCatalog)).toEqual([]);
    const kill = sampleCatalog.get('alloc-kill');
    if (kill === undefined) throw new Error('the sample is gone');
    const parameters = z.strictObject({ seed: z.string(), size: z.string(), cron: z.string() });
    expect(reservedParameters(new Map([['thief', { ...kill, name: 'thief', parameters }]]))).toEqual([
      'thief.seed',
      'thief.cron',
    ]);
  });
});

describe('the parameters of a fault', () => {
  const stress = sampleCatalog.get('memory-stress');
  if (stress === undefined) throw new Error('the sample is gone');

  it('are told with what they take and their defaults', () => {
    expect(parametersOf(stress)).toEqual([
      { name: 'size', allowed: 'a size such as 512MiB or 2GiB, 1B to 1TiB', required: true },
      {
        name: 'growth',
        allowed: 'a duration such as 200ms, 30s, 5m or 2h, at least 1s',
        required: false,
        default: '10s',
      },
      { name: 'share', allowed: 'a percentage, 1 to 100, without the sign', required: false },
      { name: 'workers', allowed: 'a whole number, 1 to 64', required: false, default: '1' },
      { name: 'oom', allowed: 'true or false', required: false, default: 'false' },
      { name: 'kind', allowed: 'anon, file', required: false, default: 'anon' },
    ]);
  });

  it('are read from native values as from text', () => {
    const text = readParameters(stress, { size: '1KiB', growth: '2s', workers: '3', oom: 'true' });
    expect(text).toEqual(readParameters(stress, { size: 1024, growth: 2000, workers: 3, oom: true }));
    expect(text.ok).toBe(true);
  });

  it('that nobody knows are answered', () => {
    expect(readParameters(stress, { size: 1, wokers: 2 })).toMatchObject({
      ok: false,
      problems: [{ code: 'SIR-101', key: 'wokers', found: '2', didYouMean: 'workers' }],
    });
  });
});
