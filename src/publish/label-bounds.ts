/** Keeps the number of series finite: past a bound, new values of a label share one. */

import type { LabelName } from './metric-table.ts';

/** No name of Nomad's or ours begins with an underscore. */
const otherValue = '_other';

const longestValue = 64;

/** Distinct values of a label, over all metrics, before the rest is `_other`. */
export const labelBounds: Readonly<Record<LabelName, number>> = {
  namespace: 100,
  fault: 60,
  verdict: 10,
  phase: 20,
  state: 10,
  outcome: 20,
  reason: 100,
  kind: 60,
  code: 30,
  version: 1,
};

/** Answers the values to use in place of those given; each label's first values keep their names for the life of the process. */
export function createLabelBounds(
  bounds: Readonly<Record<LabelName, number>> = labelBounds,
): (labels: Readonly<Partial<Record<LabelName, string>>>) => Partial<Record<LabelName, string>> {
  const seen = new Map<LabelName, Set<string>>();
  const bounded = (label: LabelName, value: string): string => {
    const values = seen.get(label) ?? new Set<string>();
    seen.set(label, values);
    if (values.has(value)) return value;
    if (value.length > longestValue || values.size >= bounds[label]) return otherValue;
    values.add(value);
    return value;
  };
  return labels => {
    const result: Partial<Record<LabelName, string>> = {};
    for (const [label, value] of Object.entries(labels) as [LabelName, string][]) result[label] = bounded(label, value);
    return result;
  };
}
