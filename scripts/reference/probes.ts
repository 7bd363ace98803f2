import { stringify } from 'yaml';
import { probes } from '../../src/probes/index.ts';
import type { AnyProbe } from '../../src/probes/probe.ts';
import { fieldsOf, type Parameter } from '../../src/spec/parameters.ts';
import { rightWords } from './faults.ts';
import { code, fenced, type Page, page, table } from './page.ts';

export function probePage(): Page {
  return page('docs/reference/probes.md', 'Probes', '`src/probes`', [
    'A probe asks one question, and judges the answer by what is expected. What is not written under `expect` keeps its default. An answer that does not come is never as expected.',
    table(
      ['Probe', 'What it does', 'Expects by itself'],
      probes.map(each => [`[${code(each.name)}](#${each.name})`, each.summary, standard(each)]),
    ),
    ...probes.map(section),
    '## Numbers and durations',
    'They are compared: `< 5`, `<= 5`, `> 1`, `>= 0.99`, from `1..5` with both ends allowed; numbers also `= 3`, which `3` alone means too, and `!= 0`. What is no number is never as expected. In YAML, what begins with `>` or `!` needs quotes.',
    '## Where probes may reach',
    'They are asked from where the controller runs, and people who write schedules choose what is asked. So these are refused, whatever the name that leads there: this machine (`127.0.0.0/8`, `::1`), its link (`169.254.0.0/16`, `fe80::/10`), multicast, the metadata services of clouds, the addresses of Nomad, Consul and Vault, and the ports that these have by default. A name is looked up once, each of its addresses is judged, also an IPv4 address inside an IPv6 one, and only those that passed are connected to. Redirects are answers and not followed, no proxy of the environment is used, and no socket in the file system.',
    'With the limit `probe_hosts`, only what it names may be reached: names, globs over names, addresses and prefixes, each with a port or without, such as `*.internal, 10.0.0.0/8, db:5432`. A refusal of the list above is lifted only by who surely means it: by a plain name, or an address or prefix inside what is refused; that of a port or of an address of Nomad, Consul and Vault only together with the port. `*, 127.0.0.1:8080` adds one port of this machine to what is allowed anyway.',
    'Of a body at most 64 KiB are read, and forgotten once they are judged. The time limit is for the whole: lookup, connection, TLS, headers and body.',
  ]);
}

function standard(probe: AnyProbe): string {
  const own = fieldsOf(probe.expectations).filter(each => each.default !== undefined);
  return own.map(each => `${each.name} ${code(each.default ?? '')}`).join(', ') || 'an answer';
}

function section(probe: AnyProbe): string {
  const rights = probe.permissions.map(rightWords);
  const { with: parameters, expect } = probe.example;
  return [
    `## ${probe.name}`,
    probe.summary,
    ...(probe.shorthand === undefined
      ? []
      : [`A plain text in place of the parameters is the ${code(probe.shorthand)}.`]),
    ...(rights.length === 0 ? [] : [`Rights of the controller: ${rights.join(', ')}.`]),
    table(['Parameter', 'Default', 'Allowed', 'Meaning'], rows(fieldsOf(probe.parameters))),
    table(['Expect', 'Default', 'Allowed', 'Meaning'], rows(fieldsOf(probe.expectations))),
    fenced(
      stringify([{ name: `my ${probe.name}`, [probe.name]: parameters, expect }], { lineWidth: 0 }).trimEnd(),
      'yaml',
    ),
  ].join('\n\n');
}

function rows(fields: readonly Parameter[]): readonly (readonly string[])[] {
  return fields.map(({ name, default: own, required, allowed, help }) => [
    code(name),
    own === undefined ? (required ? 'needed' : '') : code(own),
    allowed,
    help ?? '',
  ]);
}
