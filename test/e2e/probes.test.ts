import { describeOnBoth } from './on-both.ts';
import { probeSuite } from './probe-suite.ts';

describeOnBoth('probes of a run', probeSuite);
