import { methodSuite } from './method-suite.ts';
import { describeOnBoth } from './on-both.ts';

describeOnBoth('methods of several steps', methodSuite, 4);
