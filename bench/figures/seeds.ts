/** How fast whole controllers with every crash that can happen are simulated: beside life. */

import { z } from 'zod';
import type { Figure } from '../figure.ts';
import { run, script } from '../program.ts';

const program = new URL('../simulation/seeds.ts', import.meta.url);
const count = 30;
const resultSchema = z.object({ seeds: z.number(), ms: z.number(), simulatedMs: z.number() });

export const seeds: Figure = {
  name: 'seeds',
  summary: 'simulated seeds a second, two controllers and their cluster each',
  missing: () => undefined,
  run: async () => {
    const found = resultSchema.parse(JSON.parse(await run(...script(program, [String(count)]))));
    return [
      { name: 'seeds/rate', value: (found.seeds * 1e3) / found.ms, unit: 'seeds/s', better: 'higher' },
      {
        name: 'seeds/time',
        value: found.simulatedMs / found.ms,
        unit: 's/s',
        baseline: 1,
        against: 'the same in life',
        better: 'higher',
      },
    ];
  },
};
