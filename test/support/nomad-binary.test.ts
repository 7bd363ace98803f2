import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNomad } from './nomad-binary.ts';

describe('findNomad', () => {
  let root: string;
  const at = (name: string): string => join(root, name);
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'find-nomad-'));
    for (const name of ['empty', 'folder/nomad', 'plain', 'first', 'second']) mkdirSync(at(name), { recursive: true });
    for (const name of ['plain', 'first', 'second']) writeFileSync(join(at(name), 'nomad'), '#!/bin/sh\n');
    for (const name of ['first', 'second']) chmodSync(join(at(name), 'nomad'), 0o755);
    chmodSync(join(at('plain'), 'nomad'), 0o644);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it.each([
    ['nothing on an empty path', [], undefined],
    ['nothing in a folder without it', ['empty', 'none'], undefined],
    ['no file that may not be run, and no folder of that name', ['plain', 'folder'], undefined],
    ['the first of two', ['empty', 'plain', 'first', 'second'], 'first'],
  ])('finds %s', (_what, folders, found) => {
    const path = folders.map(at).join(delimiter);
    expect(findNomad(path)).toBe(found === undefined ? undefined : join(at(found), 'nomad'));
  });
});
