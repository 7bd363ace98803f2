import { seedsTest } from './seeds-suite.ts';

seedsTest(1);
