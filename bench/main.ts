/**
 * `npm run bench [-- NAME… --json --markdown --list]`: measures the figures named, or all, and prints them. What is said
 * meanwhile, and the figures that can't run here, go to standard error.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure, Measure } from './figure.ts';
import { figures } from './figures/index.ts';
import { jsonLine, markdown, table } from './print.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

function chosen(names: readonly string[]): readonly Figure[] | undefined {
  const known = figures.map(each => each.name);
  const unknown = names.filter(name => !known.includes(name));
  if (unknown.length === 0) return names.length === 0 ? figures : figures.filter(each => names.includes(each.name));
  console.error(`no such figure: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return undefined;
}

/** The figure's measures; none where it can't run here. */
async function measure(figure: Figure): Promise<readonly Measure[]> {
  const missing = figure.missing();
  if (missing !== undefined) {
    console.error(`${figure.name}: skipped: ${missing}`);
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'sirocco-bench-'));
  try {
    return await figure.run({ folder, say: text => console.error(`${figure.name}: ${text}`) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = chosen(positionals);
if (wanted === undefined) process.exitCode = 2;
else if (values.list) for (const { name, summary } of wanted) console.log(`${name}: ${summary}`);
else {
  const measures: Measure[] = [];
  for (const figure of wanted) {
    try {
      const found = await measure(figure);
      measures.push(...found);
      if (values.json) for (const each of found) console.log(jsonLine(each));
    } catch (error) {
      console.error(`${figure.name}: failed:`, error);
      process.exitCode = 1;
    }
  }
  if (!values.json) console.log(values.markdown ? markdown(measures) : table(measures));
}
