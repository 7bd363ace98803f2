import { shown } from '../base/reading.ts';
import { pass, refuse } from './basis/answer.ts';
import type { Gate } from './gate.ts';

/** Refuses in a region that is not the one the limits were written for, such as a copied or restored cluster. */
export const clusterName: Gate = {
  name: 'cluster-name',
  stage: 'admission',
  summary: 'The region is the one that the limit `cluster` names, if it names one.',
  ask({ limits, region }) {
    if (limits.cluster === undefined) return pass('the limits name no cluster');
    if (limits.cluster === region) return pass(`the region is ${shown(region)}`);
    return refuse('cluster_name', `the limit cluster is ${shown(limits.cluster)}, and this region is ${shown(region)}`);
  },
};
