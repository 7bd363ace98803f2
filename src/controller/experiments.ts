/** Experiments: from their Variables to the schedules that name them. */

import { parseExperiment } from '../spec/experiments/template.ts';
import { takeIn } from './specs.ts';
import type { Core, VariableHandler } from './state.ts';

/** A bad experiment is told where it is named: by the schedules, which are read again. */
export const experimentChanged: VariableHandler = (core, namespace, path, variable) => {
  const name = path.slice(`${core.config.prefix}/experiments/`.length);
  const known = core.experiments.get(namespace) ?? new Map();
  core.experiments.set(namespace, known);
  if (variable === undefined) known.delete(name);
  else known.set(name, parseExperiment(name, variable.Items ?? {}, core.catalog));
  takeInThoseThatName(core, namespace, name);
};

function takeInThoseThatName(core: Core, namespace: string, name: string): void {
  for (const entry of core.specs.values())
    if (entry.namespace === namespace && entry.refers?.to === name) takeIn(core, entry, entry.refers.variable);
}
