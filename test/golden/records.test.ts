/** Records of each release, as they lie in people's Variables: every later release reads them. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRecord } from '../../src/lifecycle/record.ts';

const folder = new URL('./records/', import.meta.url);
const golden = readdirSync(folder).filter(name => name.endsWith('.json'));

describe('golden records', () => {
  it('has some of the first release', () => {
    expect(golden.filter(name => name.startsWith('0.1.0-')).length).toBeGreaterThanOrEqual(3);
  });

  it.each(golden)('%s is read whole, with its undo', name => {
    const items = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, string>;
    const read = readRecord(items);
    expect(read.kind === 'undo-only' ? read.why : '').toBe('');
    if (read.kind !== 'run') return;
    expect(read.standing.state).toBe(items['state']);
    const owed = (items['undo'] ?? '').split('\n').filter(line => line.includes('"state":"pending"'));
    expect(read.standing.run.intents.filter(each => each.undoState === 'pending')).toHaveLength(owed.length);
  });
});
