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
      start: () => startCluster({ clients: 12 }),
      points: fault => pointsOf(fault, isLong),
      width: 20,
    }),
  );
});

describe('a crash at each step, on the embedded Nomad', () => {
  begins.push(
    describeCrashes({
      title: 'the embedded Nomad',
      start: () => startEmbeddedCluster(32),
      points: fault => (isLong ? pointsOf(fault, true) : fewPointsOf(fault)),
      width: 20,
    }),
  );
  it.skipIf(!isLong)('every point (skipped: it takes minutes without SIROCCO_LONG=1)', () => undefined);
});
