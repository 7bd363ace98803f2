import type { Check } from './check.ts';
import { generated } from './generated.ts';
import { layers } from './layers.ts';
import { lengths } from './lengths.ts';
import { lint, promises } from './lint.ts';
import { text } from './text.ts';
import { purity, types } from './types.ts';
import { unused } from './unused.ts';

export const checks: readonly Check[] = [types, purity, lint, promises, layers, unused, generated, lengths, text];
