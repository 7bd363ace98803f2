import { defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(`the tests run on Node 24 or later, not ${process.versions.node}: start them with npm test`);
}

/** Tests that talk to sockets and processes: a process of their own, one file after another. */
const apart = { pool: 'forks', fileParallelism: false } as const;
const apartNames = ['contract', 'e2e'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          // Properties take seconds beside other work: a limit is for what hangs.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: [...apartNames, 'simulation'].map(name => `test/${name}/**`),
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...apart,
        },
      },
      // Nothing but computing: its files run side by side.
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], pool: 'forks' } },
      ...apartNames.map(name => ({
        test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 60_000, hookTimeout: 60_000, ...apart },
      })),
    ],
  },
});
