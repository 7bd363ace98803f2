import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../scripts/checks/check.ts';
import { checks } from '../../scripts/checks/index.ts';
import { layers, layersOfAtLeast } from '../../scripts/checks/layers.ts';
import { breaches, sound } from './breaches.ts';
import { smallCheckout, temporaryFolder, writeFiles } from './plant.ts';

/** All but the demand for many modules, which a small checkout can't meet. */
const fitting = checks.map(check => (check === layers ? layersOfAtLeast(5) : check));

async function runAll(root: string): Promise<ReadonlyMap<string, CheckResult>> {
  const results = new Map<string, CheckResult>();
  for (const check of fitting) results.set(check.name, await check.run(root));
  return results;
}

let before: ReadonlyMap<string, CheckResult>;
let after: ReadonlyMap<string, CheckResult>;

beforeAll(async () => {
  using small = smallCheckout(sound);
  before = await runAll(small.path);
  for (const breach of breaches) writeFiles(small.path, breach.files);
  after = await runAll(small.path);
}, 120_000);

describe('a sound checkout', () => {
  it.each(fitting.map(check => check.name))('passes %s', name => {
    expect(before.get(name)).toEqual({ ok: true, output: '' });
  });
});

describe('a planted breach', () => {
  it.each(breaches)('is found by $check: $what', ({ check, says }) => {
    expect(after.get(check)?.ok).toBe(false);
    expect(after.get(check)?.output).toMatch(says);
  });

  it('exists for every check', () => {
    expect(new Set(breaches.map(breach => breach.check))).toEqual(new Set(checks.map(check => check.name)));
  });
});

describe('the check of layers', () => {
  it('fails when it looked at fewer modules than expected', async () => {
    using small = smallCheckout(sound);
    const { ok, output } = await layersOfAtLeast(1000).run(small.path);
    expect(ok).toBe(false);
    expect(output).toMatch(/^looked at \d+ modules, at least 1000 expected$/);
  });

  it('fails beside a TypeScript that dependency-cruiser reads nothing with', async () => {
    using folder = temporaryFolder({ 'node_modules/typescript/package.json': '{ "version": "7.0.2" }' });
    expect(await layers.run(folder.path)).toEqual({
      ok: false,
      output: 'dependency-cruiser needs typescript 6 beside it, found 7.0.2',
    });
  });
});
