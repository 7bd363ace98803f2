import { seedsTest } from './seeds-suite.ts';

seedsTest(2);
