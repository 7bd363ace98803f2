/** What many schedules cost the fold: to take them in, to answer them, to hold them. */

import { z } from 'zod';
import type { Figure } from '../figure.ts';
import { run, script } from '../program.ts';

const program = new URL('../fold/schedules.ts', import.meta.url);
const many = 10_000;
const some = 1_000;

const resultSchema = z.object({
  parsingMs: z.number(),
  takingInMs: z.number(),
  answeringMs: z.number(),
  answeringSimulatedMs: z.number(),
  idleMinuteMs: z.number(),
  bytes: z.number(),
});

const measured = async (count: number, state: 'answered' | 'new') =>
  resultSchema.parse(JSON.parse(await run(...script(program, [String(count), state], ['--expose-gc']))));

export const fold: Figure = {
  name: 'fold',
  summary: `${many} schedules in the controller: taking them in, holding them`,
  missing: () => undefined,
  run: async bench => {
    bench.say(`${many} schedules that an earlier life has answered`);
    const held = await measured(many, 'answered');
    bench.say(`${some} new schedules, each answered by its status`);
    const fresh = await measured(some, 'new');
    const inForce = { name: 'fold/taking-in', unit: `ms for ${many}`, better: 'lower' } as const;
    return [
      { ...inForce, value: held.takingInMs, baseline: held.parsingMs, against: 'parsing the same specs and no more' },
      { name: 'fold/idle-minute', value: held.idleMinuteMs, unit: `ms of CPU for ${many}`, better: 'lower' },
      { name: 'fold/idle-schedule', value: held.bytes / 1e3 / many, unit: 'kB of heap each', better: 'lower' },
      {
        name: 'fold/answering',
        value: fresh.answeringMs,
        unit: `ms for ${some}`,
        baseline: fresh.answeringSimulatedMs,
        against: 'the time that the limit of writes gives for it',
        better: 'lower',
      },
    ];
  },
};
