import { parseDuration } from '../../base/duration.ts';
import { SiroccoError } from '../../base/errors.ts';
import { formatTime, readTime } from '../../base/time.ts';
import type { Cli } from '../cli.ts';
import { type Halt, haltPath, haltWords, readHalt } from '../halts.ts';
import { assertNamespace } from '../namespaces.ts';
import type { Command } from './command.ts';

interface Options {
  readonly reason?: string;
  readonly by?: string;
  readonly until?: string;
}

/** Somebody may write at the same moment: a halt is worth more than one try. */
const tries = 5;

/** The kill switch. */
export const halt: Command = {
  name: 'halt',
  register(program, cli) {
    program
      .command('halt')
      .description('undoes every run and starts none until resume: everywhere, or in one namespace with --namespace')
      .option('--reason <text>', 'why, for those who wonder')
      .option('--by <name>', 'who; default: USER')
      .option('--until <time>', 'the end of it: RFC 3339, or a duration from now; default: until resume')
      .action((options: Options) => cli.run(() => run(cli, options)));
  },
};

async function run(cli: Cli, options: Options): Promise<number> {
  const settings = cli.settings();
  const { prefix, home } = settings;
  const namespace = settings.givenNamespace ?? home;
  const now = cli.clock.wall();
  const until = options.until === undefined ? undefined : untilOf(options.until, now);
  await assertNamespace(cli.nomad(), namespace, namespace === home ? '--home' : '--namespace');
  const by = options.by ?? cli.env['USER'] ?? cli.env['LOGNAME'];
  const items = {
    reason: options.reason ?? '',
    ...(by === undefined || by === '' ? {} : { by }),
    ...(until === undefined ? {} : { until: formatTime(until) }),
  };
  const done = await put(cli, namespace, items, until);
  const scope = namespace === home ? 'all namespaces' : `namespace ${namespace}`;
  const value = {
    namespace,
    path: haltPath(prefix),
    halted: true,
    changed: done.changed,
    verified: done.verified,
    ...items,
  };
  cli.output.value({ ...value, ...(done.kept === undefined ? {} : haltItems(done.kept)) }, () => {
    if (done.kept !== undefined)
      return `${scope}: already halted ${haltWords(done.kept)}\nThat lasts longer than what was asked, so it was left as it is.\n${next(settings.givenNamespace)}`;
    const how = done.verified ? 'read back' : 'it could not be read back: the token may write it and not read it';
    return `${scope}: halted ${until === undefined ? 'until it is lifted' : `until ${formatTime(until)}`} (${how})\n${next(settings.givenNamespace)}`;
  });
  return 0;
}

function next(namespace: string | undefined): string {
  const lift = `sirocco resume${namespace === undefined ? '' : ` --namespace ${namespace}`}`;
  return `The controller undoes what is in force within seconds and starts nothing new; sirocco runs --open shows it.\nWithout a controller: sirocco undo --all. Lifted by: ${lift}`;
}

function haltItems({ reason, by, until }: Halt): Record<string, string> {
  return { reason, by, until };
}

interface Done {
  readonly changed: boolean;
  readonly verified: boolean;
  /** A halt that was there and lasts longer. */
  readonly kept?: Halt;
}

/** Writes the halt unless one that lasts as long is there; a conflict means that somebody wrote: look again. */
async function put(
  cli: Cli,
  namespace: string,
  items: Readonly<Record<string, string>>,
  until: number | undefined,
): Promise<Done> {
  const { prefix } = cli.settings();
  const nomad = cli.nomad();
  for (let tried = 1; ; tried += 1) {
    const there = await known(cli, namespace);
    if (there === 'denied') {
      // One that ends must not replace one that can't be seen: that one may last longer.
      await nomad.writeVariable(namespace, haltPath(prefix), items, until === undefined ? undefined : 0);
      return { changed: true, verified: false };
    }
    if (there?.inForce === true && there.ends === undefined && until !== undefined)
      return { changed: false, verified: true, kept: there };
    if (there?.ends !== undefined && until !== undefined && there.ends > until)
      return { changed: false, verified: true, kept: there };
    try {
      await nomad.writeVariable(namespace, haltPath(prefix), items, there?.index ?? 0);
    } catch (error) {
      if (!(error instanceof SiroccoError) || error.code !== 'SIR-403' || tried === tries) throw error;
      continue;
    }
    const after = await known(cli, namespace);
    if (after === 'denied') return { changed: true, verified: false };
    if (after?.inForce === true) return { changed: true, verified: true };
    throw new SiroccoError({ code: 'SIR-403', message: `the halt of ${namespace} was written, and is gone again` });
  }
}

async function known(cli: Cli, namespace: string): Promise<Halt | undefined | 'denied'> {
  try {
    return await readHalt(cli.nomad(), cli.settings().prefix, namespace, cli.clock.wall());
  } catch (error) {
    if (error instanceof SiroccoError && error.code === 'SIR-401') return 'denied';
    throw error;
  }
}

/** The instant that `--until` means. A SiroccoError where it is none, or past. */
function untilOf(text: string, now: number): number {
  const duration = parseDuration(text);
  const time = duration.ok ? { ok: true as const, value: now + duration.value } : readTime(text);
  const allowed = 'a time as in RFC 3339 such as 2026-11-24T10:00:00Z, or a duration such as 30m';
  if (!time.ok) {
    const near = time.misread.didYouMean ?? (duration.ok ? undefined : duration.misread.didYouMean);
    throw new SiroccoError({
      code: 'SIR-104',
      key: '--until',
      message: `--until: \`${time.misread.found}\` is neither a time nor a duration`,
      found: time.misread.found,
      allowed,
      ...(near === undefined ? {} : { didYouMean: near }),
    });
  }
  if (time.value > now) return time.value;
  const message = `--until: ${formatTime(time.value)} is not in the future`;
  throw new SiroccoError({ code: 'SIR-104', key: '--until', message, found: text, allowed });
}
