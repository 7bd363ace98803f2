import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles } from '../../scripts/checks/files.ts';
import { pages } from '../../scripts/reference/pages.ts';
import { reasons } from '../../scripts/reference/states.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { catalogOf } from '../../src/faults/catalog.ts';
import { faults } from '../../src/faults/index.ts';
import { probes } from '../../src/probes/index.ts';
import { probesOf } from '../../src/probes/reading.ts';
import { parseLimits } from '../../src/safety/limits.ts';
import { parseDocument } from '../../src/spec/document/document.ts';
import { parseExperiment } from '../../src/spec/experiments/template.ts';
import { parseSpec } from '../../src/spec/flat.ts';
import { checkout } from './plant.ts';

const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const documents = projectFiles(checkout).filter(path => path.endsWith('.md'));

/** Without what stands in blocks of code, in which nothing is a link. */
const prose = (text: string) =>
  text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, match => match.replaceAll('[', '('));

const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function anchorsOf(text: string): readonly string[] {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading ?? ''));
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id ?? '')];
}

/** Every line of a shell block, continued lines joined. */
function shellLines(path: string): readonly string[] {
  const blocks = [...read(path).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');
  return blocks.flatMap(text => text.replaceAll('\\\n', ' ').split('\n')).filter(line => line !== '');
}

/** Blocks of YAML that a comment in their first line gives the name of a file, by that name. */
const examples = new Map(
  documents.flatMap(path =>
    [...read(path).matchAll(/^```yaml\n# ([a-z-]+\.yaml)\n([\s\S]*?)^```$/gm)].map(
      ([, name = '', text = '']) => [name, text] as const,
    ),
  ),
);
const catalog = catalogOf(faults, probesOf(probes));
/** Those without a time, by their names. */
const library = new Map(
  [...examples].flatMap(([name, text]) =>
    /^schedule:/m.test(text)
      ? []
      : [[name.replace('.yaml', ''), parseExperiment(name.replace('.yaml', ''), text, catalog)] as const],
  ),
);

/** `key=value` words, quotes taken off as a shell does. */
function itemsIn(line: string): Record<string, string> {
  const words = [...line.matchAll(/(?<= )([a-z_]+)=("[^"]*"|'[^']*'|\S+)/g)];
  return Object.fromEntries(
    words.map(([, key = '', value = '']) => [key, fileOr(value.replaceAll(/^["']|["']$/g, ''))]),
  );
}

function fileOr(value: string): string {
  return value.startsWith('@') ? (examples.get(value.slice(1)) ?? value) : value;
}

describe('a link in the docs', () => {
  it.each(documents)('leads somewhere: %s', path => {
    const text = read(path);
    const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
    const broken = targets.filter(target => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(checkout, to))) return true;
      return anchor !== undefined && !anchorsOf(read(to)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe('what the docs tell people to type', () => {
  const lines = documents.flatMap(path => shellLines(path).map(line => ({ path, line })));
  const slip = 'fault=alloc-kil ';

  it('are schedules that are valid, but for the slip that is one', () => {
    const specs = lines.filter(
      ({ line }) => /chaos\/schedule\/\S+ .*=/.test(line) || /^sirocco (?:plan|validate) [a-z_]+=/.test(line),
    );
    expect(specs.length).toBeGreaterThan(15);
    const wrong = specs
      .filter(({ line }) => !line.includes(slip))
      .flatMap(({ path, line }) => {
        const name = /chaos\/schedule\/(\S+)/.exec(line)?.[1] ?? 'unnamed';
        const { namespace: _, ...items } = itemsIn(line);
        const parsed = parseSpec(name, items, catalog, library);
        return parsed.ok ? [] : [`${path}: ${line}: ${parsed.problems.map(each => each.message).join('; ')}`];
      });
    expect(wrong).toEqual([]);
  });

  it('are documents and experiments that are valid', () => {
    const told = [...examples].flatMap(([name, text]) => {
      const own = library.get(name.replace('.yaml', '')) ?? parseDocument(name.replace('.yaml', ''), text, catalog);
      return own.ok ? [] : own.problems.map(each => `${name}:${each.line}: ${each.message}`);
    });
    expect([examples.size > 1, library.size > 0, told]).toEqual([true, true, []]);
    const named = lines.flatMap(({ line }) =>
      [...line.matchAll(/[ =@]([a-z-]+\.yaml)/g)].map(([, name]) => name ?? ''),
    );
    expect(named.filter(name => !examples.has(name))).toEqual([]);
  });

  it('are limits that are valid', () => {
    const limits = lines.filter(({ line }) => line.includes('chaos/control/limits '));
    expect(limits.length).toBeGreaterThan(1);
    for (const { line } of limits) expect(parseLimits(itemsIn(line))).toMatchObject({ ok: true });
  });

  it('are commands that there are', () => {
    const known = new Set([...commands.map(command => command.name), 'help', 'completion']);
    const named = documents
      .filter(path => !path.startsWith('docs/decisions/'))
      .flatMap(path => [...read(path).matchAll(/(?:`|\$ |^)sirocco ([a-z]+)/gm)].map(([, name]) => `${path}: ${name}`));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(each => !known.has(each.split(': ')[1] ?? ''))).toEqual([]);
  });
});

describe('the reference', () => {
  it('has every page in the index', () => {
    const index = read('docs/README.md');
    for (const { path } of pages()) expect(index).toContain(`(${path.replace(/^docs\//, '')})`);
  });

  it('names every reason that the code gives', () => {
    const sources = projectFiles(checkout).filter(
      path => /^src\/(?:lifecycle|controller|safety)\/.*\.ts$/.test(path) && !/\.(?:test|fixture)\.ts$/.test(path),
    );
    const given = sources.flatMap(path =>
      [...read(path).matchAll(/reason: '([a-z]+_[a-z_]+|halted|denied|withheld)'|refuse\(\s*'([a-z_]+)'/g)].map(
        ([, reason, ofGate]) => reason ?? ofGate ?? '',
      ),
    );
    expect(given.length).toBeGreaterThan(25);
    const gates = read('docs/reference/gates.md');
    const unnamed = given.filter(
      each => reasons[each] === undefined && !gates.includes(`\`${each.replaceAll('_', '-')}\``),
    );
    expect([...new Set(unnamed)]).toEqual([]);
  });
});
