import { describeOnBoth } from './on-both.ts';
import { windowSuite } from './window-suite.ts';

describeOnBoth('windows and blackouts', windowSuite);
