import { formatDuration } from '../../src/base/duration.ts';
import { gates } from '../../src/safety/index.ts';
import { defaultLimits, limitKeys, parseLimits } from '../../src/safety/limits.ts';
import { code, type Page, page, sentence, table } from './page.ts';

const meanings: Readonly<Record<string, string>> = {
  max_group_percent: 'how much of a group may be out of service at once, counting what is unhealthy already',
  max_namespace_percent: 'the same, of all allocations of a namespace',
  max_nodes_percent: 'how many nodes may be disturbed at once; at least one, unless it is 0',
  max_concurrent_runs: 'how many runs may be open at once, in all namespaces together',
  max_runs_per_job: 'how many runs may be open at once on one job',
  min_interval_per_job: 'how long a job is left alone after a hit',
  max_duration: 'how long a fault may last',
  trust: 'which namespaces may use faults that reach beyond their target, and on which node pools',
  exclude_jobs: 'jobs that are never hit, by `<job>` or `<namespace>/<job>`; comma-separated',
  exclude_nodes: 'nodes that are never hit, nor anything on them, by name or beginning of the id; comma-separated',
  require_approval:
    'faults whose runs wait, with their targets chosen, until somebody writes `sirocco approve RUN`; comma-separated',
  windows:
    'in a namespace that any of these names, runs start only inside one that is for their fault too; examples are in [operating](../operating.md#windows-and-blackouts)',
  blackouts: 'inside one of these no run starts, or with `mode: shadow` only as a shadow run',
  opt_in: 'only jobs whose meta `chaos` is `on`, `true` or `yes` are hit',
  probe_hosts: 'where probes over the network may connect, checked after names are resolved',
  cluster: 'the region that these limits are for; elsewhere, such as in a restored copy, no run starts',
};

/** The gate that keeps a limit, where it bears another name. */
const keepers: Readonly<Record<string, string>> = {
  trust: 'reach',
  opt_in: 'job-meta',
  require_approval: 'approval',
  cluster: 'cluster-name',
};

/** Limits that no gate keeps, and who does. */
const keptElsewhere: Readonly<Record<string, string>> = {
  probe_hosts: 'Kept where probes connect',
};

/** What holds where a limit is absent and there is no value for that. */
const absent: Readonly<Record<string, string>> = {
  cluster: 'any',
  probe_hosts: 'all but loopback, link-local addresses, Nomad, Consul and Vault',
};

export function limits(): Page {
  const rows = limitKeys.map(key => [code(key), defaultOf(key), allowedOf(key), meaningOf(key)]);
  return page('docs/reference/limits.md', 'Limits', '`src/safety/limits.ts` and the gates', [
    'Operators set limits for all namespaces in one Variable of the home namespace, `chaos/control/limits`. What is not in it has its default. `put` writes the whole Variable, so name every limit that you set:',
    '```sh\nnomad var put -namespace sirocco -force chaos/control/limits max_group_percent=34 max_concurrent_runs=3\n```',
    'One bad or unknown item makes all of it invalid, and then no new run starts (reason `limits_invalid`): a limit that is written and not kept would be none. Shares round down; where that allows nothing of a small group, the refusal says which limit it was, the numbers, and the line that raises it.',
    table(['Limit', 'Default', 'Allowed', 'Meaning'], rows),
  ]);
}

function defaultOf(key: string): string {
  const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found = Object.entries(defaultLimits).find(([each]) => each === name || each === `${name}Ms`);
  if (found === undefined) return absent[key] ?? missing(key);
  const [each, value] = found;
  if (value instanceof Map || Array.isArray(value)) return 'none';
  return each.endsWith('Ms') ? formatDuration(Number(value)) : String(value);
}

/** As the reader of the limit says it of something that can't be one. */
function allowedOf(key: string): string {
  for (const bad of ['none at all', '[', '']) {
    const parsed = parseLimits({ [key]: bad });
    const allowed = parsed.ok ? undefined : parsed.problems[0]?.allowed;
    if (allowed !== undefined) return allowed;
  }
  return missing(key);
}

function meaningOf(key: string): string {
  const gate = keepers[key] ?? key.replaceAll('_', '-');
  const words = meanings[key];
  const elsewhere = keptElsewhere[key];
  if (words !== undefined && elsewhere !== undefined) return `${sentence(words)} ${elsewhere}.`;
  if (words === undefined || !gates.some(({ name }) => name === gate)) return missing(key);
  return `${sentence(words)} Gate ${code(gate)}.`;
}

function missing(key: string): never {
  throw new RangeError(`say in scripts/reference/limits.ts what the limit ${key} means, its default and its gate`);
}
