import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('runs on Node 24 or later', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
});

it('gives the same Node to what the tests start by name', () => {
  expect(execFileSync('node', ['--version'], { encoding: 'utf8' }).trim()).toBe(process.version);
});
