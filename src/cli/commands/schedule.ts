import type { Problem } from '../../base/errors.ts';
import { SiroccoError } from '../../base/errors.ts';
import { int } from '../../base/fields.ts';
import type { Reading } from '../../base/reading.ts';
import { readTime } from '../../base/time.ts';
import { nextTicks } from '../../schedule/next.ts';
import { readCron } from '../../spec/cron-text.ts';
import { readTimezone } from '../../spec/timezone.ts';
import type { Cli } from '../cli.ts';
import { addScheduleVerbs } from '../schedule/verbs.ts';
import { timeText } from '../times.ts';
import { usage } from '../usage.ts';
import type { Command } from './command.ts';

interface NextOptions {
  readonly timezone: string;
  readonly from?: string;
  readonly count: string;
}

/** Everything about schedules that is not about one run of them. */
export const schedule: Command = {
  name: 'schedule',
  register(program, cli) {
    const group = program.command('schedule').description('writes schedules, and tells when they are due');
    addScheduleVerbs(group, cli);
    group
      .command('next')
      .description('prints when a cron expression is due next, one time a line')
      .argument('<cron>', 'five fields, or six with seconds first, in quotes')
      .option('--timezone <zone>', 'where the clock hangs that it is read by', 'UTC')
      .option('--from <time>', 'only times later than this: RFC 3339; default: now')
      .option('--count <n>', 'how many', '3')
      .action((text: string, options: NextOptions) => cli.run(async () => next(cli, text, options)));
  },
};

const countField = int({ min: 1, max: 1_000 });

function next(cli: Cli, text: string, options: NextOptions): number {
  const problems: Problem[] = [];
  const read = <T>(key: string, reading: Reading<T>): T | undefined => {
    if (reading.ok) return reading.value;
    const { message, ...more } = reading.misread;
    problems.push({ code: 'SIR-104', key, message: `${key}: ${message}`, ...more });
    return undefined;
  };
  const cron = read('CRON', readCron(text));
  const timezone = read('--timezone', readTimezone(options.timezone));
  const from = options.from === undefined ? cli.clock.wall() : read('--from', readTime(options.from));
  const count = countField.safeParse(options.count);
  if (!count.success)
    throw usage('--count: not so many', { key: '--count', found: options.count, allowed: 'a whole number, 1 to 1000' });
  const [first, ...others] = problems;
  if (cron === undefined || timezone === undefined || from === undefined)
    throw new SiroccoError(first ?? { code: 'SIR-100', message: 'it is not valid' }, others);
  const when = { kind: 'cron', cron, timezone } as const;
  const times = nextTicks({ when, startDeadlineMs: 0, suspend: false }, { modifyTime: from, after: from }, count.data);
  const lines = times.map(timeText);
  cli.output.value(lines, () => lines.join('\n'));
  return 0;
}
