/** What allocations take in the view, beside their own text. */

import { z } from 'zod';
import type { Figure, Measure } from '../figure.ts';
import { run, script } from '../program.ts';

const program = new URL('../memory/view.ts', import.meta.url);
const resultSchema = z.object({ count: z.number(), heap: z.number(), json: z.number() });

export const memory: Figure = {
  name: 'memory',
  summary: 'memory for a thousand allocations in the view, beside the size of their JSON',
  missing: () => undefined,
  run: async () => {
    const { count, heap, json } = resultSchema.parse(JSON.parse(await run(...script(program, [], ['--expose-gc']))));
    const measure: Measure = {
      name: 'memory/allocations/heap',
      value: heap / count,
      unit: 'kB per 1,000',
      baseline: json / count,
      against: 'the JSON of the same allocations, as events carry it',
      better: 'lower',
    };
    return [measure];
  },
};
