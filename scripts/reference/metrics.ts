import { type MetricDefinition, metricPrefix, metricTable } from '../../src/publish/metric-table.ts';
import { code, codes, type Page, page, table } from './page.ts';

export function metrics(): Page {
  const all: readonly (readonly [string, MetricDefinition])[] = Object.entries(metricTable);
  const rows = all.map(([name, { type, help, labels, domain }]) => [
    code(metricPrefix + name),
    type,
    codes(labels),
    domain === true ? 'the one that acts' : 'every controller',
    help,
  ]);
  const histograms = all.flatMap(([name, { buckets }]) =>
    buckets === undefined ? [] : [[code(metricPrefix + name), buckets.join(', ')]],
  );
  return page('docs/reference/metrics.md', 'Metrics', '`src/publish/metric-table.ts`', [
    '`/metrics` of each controller, in the text format of Prometheus; times are seconds. No label ever names a run, an allocation, a node or a schedule. Node’s own metrics (`process_…`, `nodejs_…`) are there too.',
    table(['Metric', 'Type', 'Labels', 'Exported by', 'Meaning'], rows),
    '## Buckets',
    table(['Histogram', 'Upper bounds, seconds'], histograms),
    'Which of them to alert on is in [operating](../operating.md#alerts).',
  ]);
}
