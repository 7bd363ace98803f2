/** Copies of the sources with one bug each. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { catalogOf } from '../../src/faults/catalog.ts';
import type { AnyFault } from '../../src/faults/fault.ts';
import type { Gate } from '../../src/safety/gate.ts';
import type { Bug } from './bugs.ts';
import type { Subject } from './types.ts';

const planted: string[] = [];
const native = createRequire(import.meta.url);
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The sources with the bug in, as a subject; throws when the place to plant it is gone. The copy is below `results/`. */
export function plant(bug: Bug): Subject {
  const folder = join(root, 'results', 'planted', `${bug.name.replaceAll(' ', '-')}-${process.pid}`);
  planted.push(folder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of [
    'base',
    'cluster',
    'controller',
    'faults',
    'lifecycle',
    'nomad',
    'probes',
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
  // Natively: what the tests' own loader would do with each copy takes longer than the simulation of it.
  const load = (file: string): unknown => native(join(folder, file));
  const step = load('controller/step.ts') as Pick<Subject, 'createController'>;
  const { faults } = load('faults/index.ts') as { faults: readonly AnyFault[] };
  const catalog = load('faults/catalog.ts') as { catalogOf: typeof catalogOf };
  const { gates } = load('safety/index.ts') as { gates: readonly Gate[] };
  return { createController: step.createController, parts: { catalog: catalog.catalogOf(faults), gates } };
}

/** Removes what `plant` wrote in this process. */
export function uproot(): void {
  for (const folder of planted) rmSync(folder, { recursive: true, force: true });
}
