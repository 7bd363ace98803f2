import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../../scripts/build.ts';
import { smallCheckout } from './plant.ts';

/** One use of each library that the program runs on, CommonJS ones included. */
const program = `import { serve } from '@hono/node-server';
import { sha256 } from '@noble/hashes/sha2.js';
import { Command } from 'commander';
import { closest } from 'fastest-levenshtein';
import { Hono } from 'hono';
import { getTasks, parse as parseCron } from 'node-cron';
import pc from 'picocolors';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Pool } from 'undici';
import { createMachine } from 'xstate';
import { parse } from 'yaml';
import { z } from 'zod';

const log = pino({ base: null, timestamp: false });
await new Pool('http://127.0.0.1:1').close();
const timers = process.getActiveResourcesInfo().filter(each => each === 'Timeout').length;
const cron = { hours: parseCron('0 22-2 * * *').hour, tasks: getTasks().size, timers };
const kinds = [serve, Hono, Command, Registry, createMachine, sha256].map(each => typeof each);
log.info({ yaml: parse('a: off'), word: closest('wbe', ['web', 'api']), kinds: new Set(kinds).size, pc: typeof pc.red, cron });
console.log(z.string().parse('done'));
`;

it('the bundle runs without its packages', async () => {
  using small = smallCheckout({ 'package.json': '{ "type": "module" }', 'src/cli/main.ts': program });
  const dist = join(small.path, 'dist');
  const bytes = await bundle(join(small.path, 'src', 'cli', 'main.ts'), dist);
  expect(bytes).toBeGreaterThan(100_000);
  rmSync(join(small.path, 'node_modules'));
  expect(existsSync(join(dist, 'main.js.map'))).toBe(true);
  const out = execFileSync(process.execPath, [join(dist, 'main.js')], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  expect(JSON.parse(out[0] ?? '')).toMatchObject({
    yaml: { a: 'off' },
    word: 'web',
    kinds: 1,
    pc: 'function',
    cron: { hours: [22, 23, 0, 1, 2], tasks: 0, timers: 0 },
  });
  expect(out[1]).toBe('done');
});
