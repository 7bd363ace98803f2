import { formatDuration } from '../../src/base/duration.ts';
import { gates } from '../../src/safety/index.ts';
import { defaultLimits, limitKeys, parseLimits } from '../../src/safety/limits.ts';
import { code, type Page, page, sentence, table } from './page.ts';

/** What a limit is for, where no gate bears its name. */
const others: Readonly<Record<string, string>> = {
  trust:
    'Which namespaces may use faults that reach beyond their target, and on which node pools: `{"team-a": "node", "team-b": {"batch": "cluster"}}`.',
  opt_in: 'Only jobs whose meta `chaos` is `on`, `true` or `yes` are hit.',
  cluster: 'The name of the region that these limits are for; elsewhere, such as in a restored copy, no run starts.',
};

export function limits(): Page {
  const rows = limitKeys.map(key => [code(key), defaultOf(key), allowedOf(key), meaningOf(key)]);
  return page('docs/reference/limits.md', 'Limits', '`src/safety/limits.ts` and the gates', [
    'Operators set limits for all namespaces in one Variable of the home namespace, `chaos/control/limits`. What is not in it has its default. `put` writes the whole Variable, so name every limit that you set:',
    '```sh\nnomad var put -namespace sirocco -force chaos/control/limits max_group_percent=34 max_concurrent_runs=3\n```',
    'One bad or unknown item makes all of it invalid, and then no new run starts (reason `limits_invalid`): a limit that is written and not kept would be none. Shares round down; where that allows nothing of a small group, the refusal says which limit it was, the numbers, and the line that raises it.',
    table(['Limit', 'Default', 'Allowed', 'Meaning'], rows),
    'Not yet in this release, and refused: `windows`, `blackouts`, `require_approval`, `probe_hosts`.',
  ]);
}

function defaultOf(key: string): string {
  const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found = Object.entries(defaultLimits).find(([each]) => each === name || each === `${name}Ms`);
  if (found === undefined) return key === 'cluster' ? 'any' : missing(key);
  const [each, value] = found;
  if (value instanceof Map || Array.isArray(value)) return 'none';
  return each.endsWith('Ms') ? formatDuration(Number(value)) : String(value);
}

/** As the reader of the limit says it of something that can't be one. */
function allowedOf(key: string): string {
  for (const bad of ['[', 'none at all', '']) {
    const parsed = parseLimits({ [key]: bad });
    const allowed = parsed.ok ? undefined : parsed.problems[0]?.allowed;
    if (allowed !== undefined) return allowed;
  }
  return missing(key);
}

function meaningOf(key: string): string {
  const gate = gates.find(({ name }) => name === key.replaceAll('_', '-'));
  const words = others[key] ?? gate?.summary ?? missing(key);
  return gate === undefined ? words : `${sentence(words)} Gate ${code(gate.name)}.`;
}

function missing(key: string): never {
  throw new RangeError(`the limit ${key} has no gate of its name: say in scripts/reference/limits.ts what it means`);
}
