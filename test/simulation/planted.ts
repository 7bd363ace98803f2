/** Copies of the sources with one bug each: the simulation is worth what it finds of these. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { catalogOf } from '../../src/faults/catalog.ts';
import type { AnyFault } from '../../src/faults/fault.ts';
import type { Gate } from '../../src/safety/gate.ts';
import type { Subject } from './types.ts';

export interface Bug {
  readonly name: string;
  /** What a property says when it catches this bug. */
  readonly caughtAs: RegExp;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

export const bugs: readonly Bug[] = [
  {
    name: 'compare-and-set dropped',
    caughtAs: /verdict|again|without an acknowledged intent|open at the end|at once/,
    edits: [{ file: 'controller/runs.ts', from: 'cas: entry.written?.index ?? 0,', to: '' }],
  },
  {
    name: 'effect before its write was acknowledged',
    caughtAs: /without an acknowledged intent/,
    edits: [
      {
        file: 'controller/inject.ts',
        from: "state !== 'injecting' || !isAcked(entry) || entry.writing",
        to: "state !== 'injecting'",
      },
    ],
  },
  {
    name: 'once effect sent again',
    caughtAs: /sent intent .* again/,
    edits: [
      {
        file: 'controller/inject.ts',
        from: "intent.sending === 'repeatable' && core.wall - (intent.sentAt ?? 0) < repeatForMs",
        to: 'core.wall - (intent.sentAt ?? 0) < repeatForMs',
      },
    ],
  },
  {
    name: 'lease not checked',
    caughtAs: /after its lease had ended|again|without an acknowledged intent/,
    edits: [
      {
        file: 'controller/core.ts',
        from: 'return core.mono < leaseEnd(core);',
        to: "return core.lease.phase === 'held' || leaseEnd(core) > 0;",
      },
    ],
  },
  {
    name: 'chance drawn by each leader for itself',
    caughtAs: /chance leaves its tick out|before it was due|has the start deadline/,
    edits: [
      {
        file: 'controller/ticking.ts',
        from: 'const run = (each: number) => runId(namespace, name, each);',
        to: 'const run = (each: number) => runId(namespace, name, each) + core.lease.term;',
      },
    ],
  },
  {
    name: 'verdict without effect',
    caughtAs: /passed with an intent/,
    edits: [
      {
        file: 'lifecycle/verdict.ts',
        from: 'intents.find(intent => intent.effect === undefined)',
        to: 'intents.find(() => false)',
      },
      {
        file: 'lifecycle/machine.ts',
        from: 'event.facts.recovered.ok && event.facts.effectsSeen',
        to: 'event.facts.recovered.ok',
      },
    ],
  },
  {
    name: 'unknown effect passes',
    caughtAs: /passed with an intent|passed though/,
    edits: [{ file: 'lifecycle/verdict.ts', from: "first('unknown') ?? first('sending')", to: "first('sending')" }],
  },
  {
    name: 'halt not asked at the send',
    caughtAs: /though a halt had stood/,
    edits: [
      {
        file: 'controller/control.ts',
        from: 'return halt !== undefined && halted(core, halt) ? [{ namespace: each, reason: halt.reason }] : [];',
        to: 'return halt === undefined ? [] : [];',
      },
    ],
  },
  {
    name: 'reverting left before the undo',
    caughtAs: /is ineligible at the end/,
    edits: [
      {
        file: 'lifecycle/machine.ts',
        from: 'reverted: ({ event }) => event.facts.reverted,',
        to: 'reverted: () => true,',
      },
    ],
  },
];

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The sources with the bug in, as a subject; throws when the place to plant it is gone. The copy is below `results/`. */
export async function plant(bug: Bug): Promise<Subject> {
  const folder = join(root, 'results', 'planted', `${bug.name.replaceAll(' ', '-')}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of [
    'base',
    'cluster',
    'controller',
    'faults',
    'lifecycle',
    'nomad',
    'safety',
    'schedule',
    'spec',
    'targeting',
    'world',
  ]) {
    cpSync(join(root, 'src', part), join(folder, part), {
      recursive: true,
      filter: path => !path.endsWith('.test.ts'),
    });
  }
  for (const { file, from, to } of bug.edits) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${bug.name}: ${file} no longer holds ${JSON.stringify(from)}`);
    writeFileSync(path, text.replace(from, to));
  }
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, file)).href);
  const step = (await load('controller/step.ts')) as Pick<Subject, 'createController'>;
  const { faults } = (await load('faults/index.ts')) as { faults: readonly AnyFault[] };
  const catalog = (await load('faults/catalog.ts')) as { catalogOf: typeof catalogOf };
  const { gates } = (await load('safety/index.ts')) as { gates: readonly Gate[] };
  return { createController: step.createController, parts: { catalog: catalog.catalogOf(faults), gates } };
}

/** Removes what `plant` wrote. */
export function uproot(): void {
  rmSync(join(root, 'results', 'planted'), { recursive: true, force: true });
}
