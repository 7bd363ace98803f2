import { staleFiles } from '../generate.ts';
import type { Check } from './check.ts';

export const generated: Check = {
  name: 'generated',
  summary: 'each index.ts and each page of the reference is what the code says',
  run: async root => {
    const stale = await staleFiles(root);
    return { ok: stale.length === 0, output: stale.map(path => `${path}: stale, run npm run generate`).join('\n') };
  },
};
