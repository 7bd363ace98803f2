import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { fewPointsOf, pointsOf } from './crash-cases.ts';
import { type Begin, describeCrashes } from './crash-suite.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';
import { isLong } from './long.ts';
import { startCluster } from './real-clusters.ts';

const begins: Begin[] = [];
beforeAll(async () => {
  await Promise.all(begins.map(begin => begin()));
}, 120_000);
afterAll(endControllers);

describeWithNomad('a crash at each step, on a real Nomad', () => {
  begins.push(
    describeCrashes({
      title: 'a real Nomad',
      start: () => startCluster({ clients: isLong ? 16 : 14 }),
      startRegion: () => startCluster({ clients: 0 }),
      regions: isLong ? 5 : 1,
      points: fault => (isLong || withEachStep.has(fault.fault) ? pointsOf(fault, isLong) : fewPointsOf(fault)),
      width: 20,
    }),
  );
});

/** Of one kind each, on a real Nomad: what is sent once, what may be repeated, and what lasts and is put back. */
const withEachStep: ReadonlySet<string> = new Set(['alloc-kill', 'alloc-stop', 'node-ineligible']);

describe('a crash at each step, on the embedded Nomad', () => {
  begins.push(
    describeCrashes({
      title: 'the embedded Nomad',
      start: () => startEmbeddedCluster(32),
      startRegion: () => startEmbeddedCluster(2),
      regions: isLong ? 5 : 1,
      points: fault => (isLong ? pointsOf(fault, true) : fewPointsOf(fault)),
      width: 20,
    }),
  );
  it.skipIf(!isLong)('every point (skipped: it takes minutes without SIROCCO_LONG=1)', () => undefined);
});
