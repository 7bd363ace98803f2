/** The demo: real processes are killed and come back, and each verdict stands where its schedule was written. */

import { createServe } from '../../api/server.ts';
import { formatDuration } from '../../base/duration.ts';
import { startDaemon } from '../../daemon/daemon.ts';
import { createPublisher } from '../../publish/publisher.ts';
import type { Cli } from '../cli.ts';
import { table } from '../output.ts';
import { version } from '../version.ts';
import { openStage, type Stage, servicesReady } from './stage.ts';
import { type Chapter, limits, story } from './story.ts';
import { createTell, type Tell, tellNote } from './teller.ts';

export interface Play {
  readonly stay: boolean;
  readonly port: number;
}

/** Longer than any part of the story takes on a slow machine. */
const storyMs = 60_000;

/** Plays it through; answers the exit code: 0 when everything came as it must. */
export async function play(cli: Cli, { stay, port }: Play): Promise<number> {
  const { home, prefix } = cli.settings();
  const world = cli.world({ level: 'error' });
  const began = world.mono();
  const tell = createTell(cli.output, () => (world.mono() - began) / 1_000);
  tell('nomad', 'starting an embedded cluster of 3 nodes, with 9 real processes on it');
  const stage = await openStage({ world, port, nodes: 3, home, jobs: true });
  try {
    await servicesReady(stage);
    tell('nomad', `web, api and worker run, 3 instances each, at ${stage.embedded.address}`);
    const publisher = createPublisher(world.log, {
      version,
      namespaces: ['default', home],
      faults: [...cli.catalog.keys()],
    });
    const verdicts = createVerdicts();
    const daemon = await startDaemon({
      config: { home, prefix, namespaces: ['default'], name: 'demo', region: 'global' },
      connection: stage.connection(),
      world,
      catalog: cli.catalog,
      gates: cli.gates,
      version,
      publisher: {
        ...publisher,
        note(note) {
          publisher.note(note);
          tellNote(tell, note);
          if (note.type === 'verdict') verdicts.heard(note.schedule, note.verdict, note.recoveryMs);
          if (note.type === 'spec' && note.state === 'rejected') verdicts.heard(note.name, 'rejected');
        },
      },
      serve: createServe(world.log),
      listen: { host: '127.0.0.1', port: 0 },
    });
    try {
      const code = await tellStory(cli, stage, tell, verdicts, { home, prefix });
      if (stay) await remain(cli, stage, tell, daemon.address);
      return code;
    } finally {
      await daemon.stop('handover');
    }
  } finally {
    await stage.close();
  }
}

interface Heard {
  readonly verdict: string;
  readonly recoveryMs?: number | undefined;
}

interface Verdicts {
  heard(name: string, verdict: string, recoveryMs?: number): void;
  of(name: string): Heard | undefined;
  /** Resolves when all of these were heard. */
  all(names: readonly string[]): Promise<void>;
}

function createVerdicts(): Verdicts {
  const found = new Map<string, Heard>();
  const waiting: (() => void)[] = [];
  return {
    heard(name, verdict, recoveryMs) {
      found.set(name, { verdict, recoveryMs });
      for (const wake of waiting.splice(0)) wake();
    },
    of: name => found.get(name),
    async all(names) {
      while (!names.every(name => found.has(name))) await new Promise<void>(resolve => waiting.push(resolve));
    },
  };
}

async function tellStory(
  cli: Cli,
  stage: Stage,
  tell: Tell,
  verdicts: Verdicts,
  { home, prefix }: { home: string; prefix: string },
): Promise<number> {
  const chapters = story(cli.clock.wall());
  tell('limits', 'what may break at once, for so small a cluster:');
  await write(cli, stage, home, { path: `${prefix}/control/limits`, items: limits });
  for (const { namespace, name, items, about } of chapters) {
    const of = namespace === 'home' ? home : 'default';
    tell(name, `${about}:`);
    await write(cli, stage, of, { path: `${prefix}/schedule/${name}`, items });
  }
  let late = () => {};
  const tooLate = new Promise<void>(resolve => {
    late = cli.clock.after(storyMs, resolve);
  });
  await Promise.race([verdicts.all(chapters.map(({ name }) => name)), tooLate]);
  late();
  const rows = chapters.map(chapter => row(chapter, verdicts.of(chapter.name)));
  cli.output.text('');
  cli.output.text(table(['SCHEDULE', 'FAULT', 'EXPECTED', 'VERDICT', 'RECOVERED IN'], rows));
  const wrong = chapters.filter(({ name, expected }) => verdicts.of(name)?.verdict !== expected);
  return wrong.length === 0 ? 0 : 5;
}

/** Writes a Variable, and shows the line with which a person would. */
async function write(
  { output }: Cli,
  { nomad }: Stage,
  namespace: string,
  { path, items }: { readonly path: string; readonly items: Readonly<Record<string, string>> },
): Promise<void> {
  const words = Object.entries(items).map(([key, value]) => `${key}=${value}`);
  const line = `nomad var put -namespace ${namespace} ${path} ${words.join(' ')}`;
  output.text(`${' '.repeat(21)}${output.color.dim(line)}`);
  await nomad.writeVariable(namespace, path, items);
}

function row({ name, items, expected }: Chapter, heard: Heard | undefined): readonly string[] {
  const recovered = heard?.recoveryMs === undefined ? '' : formatDuration(heard.recoveryMs);
  return [name, items['fault'] ?? '', expected, heard?.verdict ?? 'none in time', recovered];
}

async function remain(cli: Cli, stage: Stage, tell: Tell, address: string | undefined): Promise<void> {
  tell('demo', `stays up until Ctrl-C: export NOMAD_ADDR=${stage.embedded.address}`);
  if (address !== undefined) tell('demo', `metrics at ${address}/metrics`);
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) cli.signals.on(signal, () => resolve());
  });
}
