import { staleIndexes } from '../generate.ts';
import type { Check } from './check.ts';

export const generated: Check = {
  name: 'generated',
  summary: 'each index.ts is what its folder says',
  run: async root => {
    const stale = await staleIndexes(root);
    return { ok: stale.length === 0, output: stale.map(path => `${path}: stale, run npm run generate`).join('\n') };
  },
};
