import { describeOnBoth } from './on-both.ts';
import { secretSuite } from './secret-suite.ts';

describeOnBoth('secrets of probes', secretSuite);
