import { describe, expect, it } from 'vitest';
import { staleFiles } from '../../scripts/generate.ts';
import { exportName } from '../../tools/lint/plug-ins.ts';
import { smallCheckout, writeFiles } from './plant.ts';

const contract = { 'src/safety/gate.ts': 'export interface Gate {\n  readonly name: string;\n}\n' };
const head = '// Written by `npm run generate` from the files of this folder.\n\n';

describe('the export of a file', () => {
  it.each([
    ['plan', 'plan'],
    ['alloc-kill', 'allocKill'],
    ['memory-oom-2', 'memoryOom2'],
  ])('%s is %s', (file, name) => {
    expect(exportName(file)).toBe(name);
  });
});

describe('the lists of plug-ins', () => {
  it('are stale when a file was added, and fine when it is listed in the form of the formatter', async () => {
    using small = smallCheckout(contract);
    expect(await staleFiles(small.path)).toEqual(['src/safety/index.ts']);
    writeFiles(small.path, {
      'src/safety/index.ts': `${head}import type { Gate } from './gate.ts';\n\nexport const gates: readonly Gate[] = [];\n`,
    });
    expect(await staleFiles(small.path)).toEqual([]);
    writeFiles(small.path, {
      'src/safety/view-fresh.ts': 'export const viewFresh: Gate = {};',
      'src/safety/comes-back.ts': 'export const comesBack: Gate = {};',
    });
    expect(await staleFiles(small.path)).toEqual(['src/safety/index.ts']);
    writeFiles(small.path, {
      'src/safety/index.ts': [
        `${head}import { comesBack } from './comes-back.ts';`,
        "import type { Gate } from './gate.ts';",
        "import { viewFresh } from './view-fresh.ts';",
        '',
        'export const gates: readonly Gate[] = [comesBack, viewFresh];',
        '',
      ].join('\n'),
    });
    expect(await staleFiles(small.path)).toEqual([]);
  });

  it('leave out what only serves: other types, other names, tests', async () => {
    using small = smallCheckout({
      ...contract,
      'src/safety/index.ts': `${head}import type { Gate } from './gate.ts';\n\nexport const gates: readonly Gate[] = [];\n`,
      'src/safety/limits.ts': 'export const limits: Limits = {};',
      'src/safety/share.ts': 'export function share() {}',
      'src/safety/step.ts': 'export const otherName: Gate = {};',
      'src/safety/halt.test.ts': 'export const halt: Gate = {};',
    });
    expect(await staleFiles(small.path)).toEqual([]);
  });

  it('are not asked for where a folder has no contract', async () => {
    using small = smallCheckout({ 'src/faults/alloc-kill.ts': 'export const allocKill: Fault<object> = {};' });
    expect(await staleFiles(small.path)).toEqual([]);
  });
});

describe("the list of the agent's faults", () => {
  it('is stale when a file declares one that is not in it', async () => {
    const at = 'agents/nomad/internal/fault';
    const list = (names: readonly string[]) =>
      `// Written by \`npm run generate\` from the files of this folder.\n\npackage fault\n\n// All faults, in order of their names.\nvar All = []Fault{\n${names.map(name => `\t${name},\n`).join('')}}\n`;
    using small = smallCheckout({
      [`${at}/cpu_stress.go`]: 'package fault\n\nvar cpuStress = Fault{\n}\n',
      [`${at}/process.go`]: 'package fault\n\nvar (\n\tprocessKill   = Fault{\n\t}\n)\n',
      [`${at}/process_test.go`]: 'package fault\n\nvar planted = Fault{\n}\n',
      [`${at}/registry.go`]: list(['cpuStress']),
    });
    expect(await staleFiles(small.path)).toEqual([`${at}/registry.go`]);
    writeFiles(small.path, { [`${at}/registry.go`]: list(['cpuStress', 'processKill']) });
    expect(await staleFiles(small.path)).toEqual([]);
  });
});
