// Which folder of src may name which: `npm run check -- layers`.
// Needs a typescript below 7 beside dependency-cruiser 18, or it reads no TypeScript at all.

import { entriesOf, plugInFolders } from './plug-ins.ts';

/** Folder → the folders whose values it may import, besides itself. src/cli is not here: it wires everything. */
const mayImport = {
  base: [],
  spec: ['base'],
  cluster: ['base'],
  schedule: ['base', 'spec'],
  targeting: ['base', 'spec', 'cluster'],
  safety: ['base', 'spec', 'cluster', 'targeting'],
  lifecycle: ['base', 'spec'],
  report: ['base', 'spec', 'lifecycle'],
  faults: ['base', 'spec', 'cluster'],
  probes: ['base', 'spec', 'cluster'],
  controller: ['base', 'spec', 'cluster', 'schedule', 'targeting', 'safety', 'lifecycle', 'report'],
  daemon: ['base', 'lifecycle', 'controller', 'nomad', 'runs'], // it performs the calls: docs/decisions/0007-daemon-imports-nomad.md
  nomad: ['base'],
  agent: ['base', 'spec'],
  runs: ['base', 'spec', 'lifecycle'],
  publish: ['base', 'spec', 'lifecycle'],
  world: ['base'],
  api: ['base', 'spec', 'report', 'publish'],
  web: ['base', 'spec'],
  chaostoolkit: ['base', 'spec', 'probes', 'lifecycle', 'report'],
  embedded: ['base'],
};

/** Handed the time, the chance and every answer; so is src/embedded/core. */
const pureFolders = [
  'base',
  'spec',
  'cluster',
  'schedule',
  'targeting',
  'safety',
  'lifecycle',
  'report',
  'faults',
  'probes',
  'controller',
  'embedded/core',
];

/** Types only: anyone may `import type` them, and so ask without depending on who answers. */
const seamFiles = [
  '(world|nomad|agent|runs|publish|controller|daemon|api)/types',
  'lifecycle/effects',
  'faults/fault',
  'probes/probe',
  'safety/gate',
];

/** npm package → the only folders that may name it. */
const packageHome = {
  xstate: ['lifecycle'],
  undici: ['nomad', 'world', 'cli'],
  'eventsource-parser': ['cli', 'web'],
  'prom-client': ['publish'],
  pino: ['world'],
  'node-cron': ['spec'],
};

const oneOf = names => `(${names.join('|')})`;
const inFolders = folders => `^src/${oneOf(folders)}/`;
const seams = `^src/${oneOf(seamFiles)}\\.ts$`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const layerRules = Object.entries(mayImport).flatMap(([folder, others]) => {
  const from = { path: inFolders([folder]) };
  const own = inFolders([folder, ...others]);
  return [
    rule(`layer-${folder}`, `${folder} may import values of: ${others.join(', ') || 'no other folder'}`, from, {
      path: '^src/',
      pathNot: [own, seams],
    }),
    rule(`seam-${folder}`, 'from a seam of another folder only types', from, {
      path: seams,
      pathNot: own,
      dependencyTypesNot: ['type-only'],
    }),
  ];
});

const packageRules = Object.entries(packageHome).map(([name, folders]) =>
  rule(
    `only-${name}`,
    `${name} is named only in ${folders.join(', ')}`,
    { path: '^src/', pathNot: inFolders(folders) },
    { path: `node_modules/${name}/` },
  ),
);

const plugInRules = plugInFolders.flatMap(plugIns => {
  const entries = entriesOf(process.cwd(), plugIns);
  const path = `^${plugIns.folder}/${oneOf(entries)}\\.ts$`;
  const why = 'an entry of a list imports its contract and what serves all, never a sibling';
  return entries.length === 0 ? [] : [rule(`plugin-alone-${plugIns.list}`, why, { path }, { path })];
});

export default {
  forbidden: [
    ...layerRules,
    ...packageRules,
    ...plugInRules,
    rule(
      'unlisted-folder',
      'a new folder of src is listed in tools/lint/dependency-cruiser.mjs',
      { path: '^src/[^/]+/', pathNot: inFolders(['cli', ...Object.keys(mayImport)]) },
      {},
    ),
    rule(
      'pure-no-node',
      'a pure folder names no module of Node',
      { path: inFolders(pureFolders) },
      { dependencyTypes: ['core'] },
    ),
    rule('no-circular', 'imports go one way', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    rule('no-orphans', 'a file that nothing names', { orphan: true, path: '^src/', pathNot: '/types\\.ts$' }, {}),
    rule('no-test-from-src', 'src does not know its tests', { path: '^src/' }, { path: '^test/' }),
    rule('cli-is-last', 'nobody imports cli', { path: '^src/', pathNot: '^src/cli/' }, { path: '^src/cli/' }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: '\\.test\\.ts$',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
