// Written by `npm run generate` from the files of this folder.

import { http } from './http.ts';
import { nomad } from './nomad.ts';
import type { AnyProbe } from './probe.ts';
import { prometheus } from './prometheus.ts';
import { tcp } from './tcp.ts';

export const probes: readonly AnyProbe[] = [http, nomad, prometheus, tcp];
