import type { Files } from './plant.ts';

const lines = (n: number) => Array.from({ length: n }, (_, i) => `// ${i}\n`).join('');

/** A checkout in which every check is content. */
export const sound: Files = {
  'package.json': `${JSON.stringify(
    {
      name: 'sound',
      private: true,
      type: 'module',
      workspaces: ['tools/*'],
      dependencies: { xstate: '*', zod: '*' },
      devDependencies: { '@types/node': '*', typescript: '*' },
    },
    null,
    2,
  )}\n`,
  'package-lock.json': '{ "packages": { "node_modules/runtime": { "resolved": "tools/runtime", "link": true } } }\n',
  'scripts/names.ts':
    "import { exportName } from '../tools/lint/plug-ins.ts';\n\nconsole.log(exportName('alloc-kill'));\n",
  'src/base/greeting.ts': 'export const greeting = (name: string) => name.trim();\n',
  'src/spec/name.ts': "import { z } from 'zod';\n\nexport const name = z.string();\n",
  'src/lifecycle/machine.ts':
    "import { createMachine } from 'xstate';\n\nexport const machine = createMachine({ initial: 'idle', states: { idle: {} } });\n",
  'src/faults/fault.ts':
    "export interface AnyFault {\n  readonly name: string;\n}\n\nexport const least: AnyFault = { name: '' };\n",
  'src/faults/alloc-kill.ts':
    "import { type AnyFault, least } from './fault.ts';\n\nexport const allocKill: AnyFault = { ...least, name: 'alloc-kill' };\n",
  'src/faults/index.ts':
    "// Written by `npm run generate` from the files of this folder.\n\nimport { allocKill } from './alloc-kill.ts';\nimport type { AnyFault } from './fault.ts';\n\nexport const faults: readonly AnyFault[] = [allocKill];\n",
  'src/world/clock.ts': 'export const wall = () => Date.now();\n',
  'src/cli/main.ts': [
    "import { greeting } from '../base/greeting.ts';",
    "import { faults } from '../faults/index.ts';",
    "import { machine } from '../lifecycle/machine.ts';",
    "import { name } from '../spec/name.ts';",
    "import { wall } from '../world/clock.ts';",
    '',
    'process.exitCode = [greeting(name.parse(machine.id)), faults, wall()].length;',
    '',
  ].join('\n'),
};

const registry = ['registry', 'npmjs', 'org'].join('.');

export interface Breach {
  readonly what: string;
  /** The check that must find it. */
  readonly check: string;
  /** What its output must say. */
  readonly says: RegExp;
  readonly files: Files;
}

/** One breach of each rule. They are planted together: no one hides another. */
export const breaches: readonly Breach[] = [
  {
    what: 'a type error',
    check: 'types',
    says: /src\/base\/wrong-type\.ts.*TS2322/,
    files: { 'src/base/wrong-type.ts': "export const wrongType: number = 'text';\n" },
  },
  {
    what: 'an index that may be absent',
    check: 'types',
    says: /src\/base\/absent\.ts.*TS2322/,
    files: { 'src/base/absent.ts': 'export const absent = (all: readonly string[]): string => all[0];\n' },
  },
  {
    what: 'an enum',
    check: 'types',
    says: /src\/base\/phase\.ts.*TS1294/,
    files: { 'src/base/phase.ts': 'export enum Phase {\n  Idle,\n}\n' },
  },
  {
    what: 'a timer in a pure folder',
    check: 'purity',
    says: /src\/schedule\/timer\.ts.*setTimeout/,
    files: { 'src/schedule/timer.ts': 'export const timer = () => setTimeout(() => undefined, 1);\n' },
  },
  {
    what: 'a process in a pure folder',
    check: 'purity',
    says: /src\/embedded\/core\/process\.ts.*process/,
    files: { 'src/embedded/core/process.ts': 'export const pid = () => process.pid;\n' },
  },
  {
    what: 'a module of Node in a pure folder, for the compiler',
    check: 'purity',
    says: /src\/targeting\/files\.ts.*node:fs/,
    files: {
      'src/targeting/files.ts': "import { readFileSync } from 'node:fs';\n\nexport const files = readFileSync;\n",
    },
  },
  {
    what: 'a module of Node in a pure folder, for the layers',
    check: 'layers',
    says: /pure-no-node: src\/targeting\/files\.ts → fs/,
    files: {},
  },
  {
    what: 'a module of Node in the core of the embedded Nomad',
    check: 'layers',
    says: /pure-no-node: src\/embedded\/core\/sum\.ts → crypto/,
    files: {
      'src/embedded/core/sum.ts': "import { createHash } from 'node:crypto';\n\nexport const sum = createHash;\n",
    },
  },
  {
    what: 'a clock in a pure folder',
    check: 'lint',
    says: /src\/cluster\/now\.ts[\s\S]*time and chance are handed in/,
    files: { 'src/cluster/now.ts': 'export const now = () => Date.now();\n' },
  },
  {
    what: 'chance in a pure folder',
    check: 'lint',
    says: /src\/targeting\/draw\.ts[\s\S]*time and chance are handed in/,
    files: { 'src/targeting/draw.ts': 'export const draw = () => Math.random();\n' },
  },
  {
    what: 'a console in src',
    check: 'lint',
    says: /src\/runs\/loud\.ts:1:\d+ lint\/suspicious\/noConsole/,
    files: { 'src/runs/loud.ts': "export const loud = () => console.log('');\n" },
  },
  {
    what: 'an any',
    check: 'lint',
    says: /src\/runs\/any\.ts:1:\d+ lint\/suspicious\/noExplicitAny/,
    files: { 'src/runs/any.ts': 'export const any = (value: any) => String(value);\n' },
  },
  {
    what: 'a suppression that suppresses nothing',
    check: 'lint',
    says: /src\/runs\/calm\.ts:1:\d+ suppressions\/unused/,
    files: {
      'src/runs/calm.ts':
        '// biome-ignore lint/suspicious/noConsole: there is none\nexport const calm = () => undefined;\n',
    },
  },
  {
    what: 'a file that is not formatted',
    check: 'lint',
    says: /src\/runs\/crooked\.ts format/,
    files: { 'src/runs/crooked.ts': 'export const  crooked=1\n' },
  },
  {
    what: 'a promise of Node left floating',
    check: 'promises',
    says: /no-floating-promises[\s\S]*src\/daemon\/floating\.ts/,
    files: {
      'src/daemon/floating.ts':
        "import { rm } from 'node:fs/promises';\n\nexport function floating(): void {\n  rm('x');\n}\n",
    },
  },
  {
    what: 'an async callback where none is awaited',
    check: 'promises',
    says: /no-misused-promises[\s\S]*src\/daemon\/misused\.ts/,
    files: {
      'src/daemon/misused.ts':
        'export const misused = (all: readonly Promise<void>[]) => all.forEach(async each => await each);\n',
    },
  },
  {
    what: 'a value from a folder above',
    check: 'layers',
    says: /layer-base: src\/base\/upwards\.ts → src\/spec\/name\.ts/,
    files: { 'src/base/upwards.ts': "import { name } from '../spec/name.ts';\n\nexport const upwards = name;\n" },
  },
  {
    what: 'a value from a seam',
    check: 'layers',
    says: /seam-nomad: src\/nomad\/seam-value\.ts → src\/faults\/fault\.ts/,
    files: {
      'src/nomad/seam-value.ts': "import { least } from '../faults/fault.ts';\n\nexport const seamValue = least;\n",
    },
  },
  {
    what: 'a circle of imports',
    check: 'layers',
    says: /no-circular: src\/report\/about\.ts → src\/report\/round\.ts → src\/report\/about\.ts/,
    files: {
      'src/report/round.ts': "import { about } from './about.ts';\n\nexport const round = (): unknown => about;\n",
      'src/report/about.ts': "import { round } from './round.ts';\n\nexport const about = (): unknown => round;\n",
    },
  },
  {
    what: 'a package named in the wrong folder',
    check: 'layers',
    says: /only-xstate: src\/spec\/states\.ts → .*node_modules\/xstate\//,
    files: {
      'src/spec/states.ts': "import { createMachine } from 'xstate';\n\nexport const states = createMachine;\n",
    },
  },
  {
    what: 'an unlisted folder',
    check: 'layers',
    says: /unlisted-folder: src\/extras\/thing\.ts/,
    files: {
      'src/extras/thing.ts': "import { greeting } from '../base/greeting.ts';\n\nexport const thing = greeting;\n",
    },
  },
  {
    what: 'a fault that imports a sibling',
    check: 'layers',
    says: /plugin-alone-faults: src\/faults\/twice-kill\.ts → src\/faults\/alloc-kill\.ts/,
    files: {
      'src/faults/twice-kill.ts':
        "import { allocKill } from './alloc-kill.ts';\nimport type { AnyFault } from './fault.ts';\n\nexport const twiceKill: AnyFault = allocKill;\n",
    },
  },
  {
    what: 'a file that nothing names',
    check: 'layers',
    says: /no-orphans: src\/runs\/lonely\.ts/,
    files: { 'src/runs/lonely.ts': 'export const lonely = 1;\n' },
  },
  {
    what: 'a source that knows a test',
    check: 'layers',
    says: /no-test-from-src: src\/runs\/tested\.ts → test\/support\/fixture\.ts/,
    files: {
      'test/support/fixture.ts': 'export const fixture = 1;\n',
      'src/runs/tested.ts':
        "import { fixture } from '../../test/support/fixture.ts';\n\nexport const tested = fixture;\n",
    },
  },
  {
    what: 'an import of cli',
    check: 'layers',
    says: /cli-is-last: src\/extras\/terminal\.ts → src\/cli\/main\.ts/,
    files: { 'src/extras/terminal.ts': "import '../cli/main.ts';\n" },
  },
  { what: 'an unused file', check: 'unused', says: /Unused files[\s\S]*src\/runs\/lonely\.ts/, files: {} },
  {
    what: 'an unused export',
    check: 'unused',
    says: /Unused exports[\s\S]*neverUsed .*src\/base\/greeting\.ts/,
    files: { 'src/base/greeting.ts': `${sound['src/base/greeting.ts']}export const neverUsed = 1;\n` },
  },
  {
    what: 'a package that is not in package.json',
    check: 'unused',
    says: /Unlisted dependencies[\s\S]*pino .*src\/cli\/main\.ts/,
    files: { 'src/cli/main.ts': `import 'pino';\n${sound['src/cli/main.ts']}` },
  },
  {
    what: 'a page of the reference that is not as the code says',
    check: 'generated',
    says: /^docs\/reference\/errors\.md: stale/m,
    files: { 'docs/reference/errors.md': '# Errors\n' },
  },
  { what: 'a fault that is not in the list', check: 'generated', says: /src\/faults\/index\.ts: stale/, files: {} },
  {
    what: 'a long file',
    check: 'lengths',
    says: /^src\/base\/endless\.ts: 501 lines/m,
    files: { 'src/base/endless.ts': lines(501) },
  },
  {
    what: 'a long test in Go',
    check: 'lengths',
    says: /^agents\/long_test\.go: 501 lines/m,
    files: { 'agents/long_test.go': lines(501) },
  },
  {
    what: 'a file that is nearly too long',
    check: 'lengths',
    says: /^warning: src\/base\/longish\.ts: 301 lines/m,
    files: { 'src/base/longish.ts': lines(301) },
  },
  {
    what: 'the host of a registry',
    check: 'text',
    says: /^docs\/install\.md:1: the host of an npm registry/m,
    files: { 'docs/install.md': `npm install --registry https://${registry}\n` },
  },
  {
    what: 'a path of one machine',
    check: 'text',
    says: /^docs\/machine\.md:2: a path of one machine/m,
    files: { 'docs/machine.md': `\ncd ${['', 'root', 'sirocco'].join('/')}\n` },
  },
  {
    what: 'an address in the lock file',
    check: 'text',
    says: /^package-lock\.json:1: a `resolved` address/m,
    files: { 'package-lock.json': `{ "a": { "resolved": "${'https'}://example.com/a.tgz" } }\n` },
  },
];
