/** A busy event stream, from its bytes to the view: beside a Go program that reads the same bytes. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bench, Figure, Measure } from '../figure.ts';
import { isOnPath, run, script, start } from '../program.ts';
import { median } from '../samples.ts';
import { type EventLines, writeEventLines } from '../stream/event-lines.ts';

const bytes = 60e6;
/** Each round runs every reader once, so that what slows the machine slows all of them. */
const rounds = 3;

const resultSchema = z.object({ ms: z.number(), events: z.number(), applied: z.number(), cpuMs: z.number() });
type Result = z.infer<typeof resultSchema>;

/** One program with one setting; readers that are compared must have applied the same events. */
interface Reader {
  readonly name: string;
  readonly command: (address: string) => readonly [string, string[]];
  readonly results: Result[];
}

const serverFile = new URL('../stream/server.ts', import.meta.url);
const readerFile = new URL('../stream/reader.ts', import.meta.url);
const goFolder = fileURLToPath(new URL('../ingest-go/', import.meta.url));

export const ingest: Figure = {
  name: 'ingest',
  summary: 'event stream into the view, beside Go with the API package of Nomad',
  missing: () => (isOnPath('go') ? undefined : 'no go on the PATH, and the baseline is a Go program'),
  run: async bench => {
    const file = join(bench.folder, 'stream.ndjson');
    const lines = writeStream(file);
    const program = join(bench.folder, 'ingest-go');
    bench.say('building the Go program');
    await run('go', ['build', '-trimpath', '-o', program, '.'], goFolder);
    const readers = readersOf(program, lines);
    await measure(bench, file, readers);
    return measuresOf(lines, readers);
  },
};

function writeStream(file: string): EventLines {
  const handle = openSync(file, 'w');
  try {
    return writeEventLines('ingest', bytes, line => writeSync(handle, line));
  } finally {
    closeSync(handle);
  }
}

function readersOf(program: string, { jobs, last }: EventLines): readonly Reader[] {
  const few = jobs.filter((_, n) => n % 20 === 0);
  const ours = (name: string, filter: 'whole' | 'filter', watched: readonly string[]): Reader => ({
    name,
    command: address => script(readerFile, [address, String(last), filter, ...watched]),
    results: [],
  });
  const go = (name: string, ...flags: string[]): Reader => ({
    name,
    command: address => [program, ['-address', address, '-last', String(last), ...flags]],
    results: [],
  });
  return [
    ours('all', 'whole', jobs),
    go('all go'),
    go('all typed', '-typed'),
    ours('few', 'whole', few),
    ours('few filtered', 'filter', few),
    go('few go', '-jobs', few.join(',')),
    go('few typed', '-typed', '-jobs', few.join(',')),
  ];
}

async function measure(bench: Bench, file: string, readers: readonly Reader[]): Promise<void> {
  const server = await start(...script(serverFile, [file]));
  try {
    for (let round = 1; round <= rounds; round += 1) {
      bench.say(`round ${round} of ${rounds}`);
      for (const { command, results } of readers) {
        results.push(resultSchema.parse(JSON.parse(await run(...command(server.first)))));
      }
    }
  } finally {
    await server.stop();
  }
}

function measuresOf(lines: EventLines, readers: readonly Reader[]): readonly Measure[] {
  const of = (name: string): readonly Result[] => readers.find(each => each.name === name)?.results ?? [];
  const compare = (part: string, ours: string, theirs: string, against: string): readonly Measure[] => {
    const [own, other] = [of(ours), of(theirs)];
    if (own[0]?.applied !== other[0]?.applied) {
      throw new Error(`${ours} applied ${own[0]?.applied} allocation events, ${theirs} ${other[0]?.applied}`);
    }
    const measure = (name: string, unit: string, better: Measure['better'], value: (result: Result) => number) => ({
      name: `ingest/${part}/${name}`,
      value: median(own.map(value)),
      unit,
      baseline: median(other.map(value)),
      ratio: median(own.map((result, round) => value(result) / value(other[round] ?? result))),
      against,
      better,
    });
    return [
      measure('bytes', 'MB/s', 'higher', ({ ms }) => lines.bytes / 1e3 / ms),
      measure('events', 'events/s', 'higher', ({ ms }) => (lines.events * 1e3) / ms),
      measure('cpu', 'ms/MB', 'lower', ({ cpuMs }) => cpuMs / (lines.bytes / 1e6)),
    ];
  };
  const api = 'Go, nomad/api stream and payloads';
  const typed = 'Go, encoding/json into the structs of nomad/api';
  return [
    ...compare('all-jobs', 'all', 'all go', api),
    ...compare('all-jobs-typed', 'all', 'all typed', typed),
    ...compare('few-jobs', 'few', 'few go', api),
    ...compare('few-jobs-typed', 'few', 'few typed', typed),
    ...compare('few-jobs-filtered', 'few filtered', 'few go', api),
  ];
}
