import { flatSchema } from '../../src/spec/flat-fields.ts';
import { keysNow } from '../../src/spec/keys.ts';
import { fieldsOf } from '../../src/spec/parameters.ts';
import { code, type Page, page, table } from './page.ts';

export function keys(): Page {
  const fields = new Map(fieldsOf(flatSchema).map(each => [each.name, each]));
  const now = keysNow.map(({ key, document }) => {
    const field = fields.get(key);
    return [code(key), code(field?.default ?? ''), field?.allowed ?? '', field?.help ?? '', code(document)];
  });
  return page('docs/reference/keys.md', 'Keys of a schedule', '`src/spec/flat-fields.ts` and `src/spec/keys.ts`', [
    'The items of `chaos/schedule/<name>`, as `nomad var put` writes them. The parameters of the fault stand beside them under their own names: see [faults](faults.md). Examples are in [writing schedules](../writing-schedules.md).',
    '`fault` is needed, and exactly one of `cron`, `at`, `every` and `on`; `timezone` stands beside `cron` alone, `on_delay` and `on_min_interval` beside `on`. A fault on allocations needs `target_job`; a fault on nodes needs at least one of `target_node`, `target_node_class`, `target_datacenter`, `target_node_pool`. `target_count` and `target_percent` exclude each other; without both, one is chosen. `duration` belongs to faults that last, and is 5m where it is absent. Unknown keys are errors.',
    table(['Key', 'Default', 'Allowed', 'Meaning', 'Place in a document'], now),
    '`param_<name>` beside `experiment` gives a value to one of its parameters; in a document they stand in `params`. Attributes and meta of nodes (`target.node_attribute`, `target.node_meta`), exclusions and weights stand in documents only. The last column is where a value stands in a document, YAML 1.2 or JSON: all of them, and what only documents can say, are in [`experiment.schema.json`](experiment.schema.json).',
  ]);
}
