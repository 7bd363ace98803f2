import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';
import { type FakeNomad, fakeNomad } from '../nomad.fixture.ts';

const path = 'chaos/schedule/web-kill';
const items = { fault: 'alloc-kill', target_job: 'web', cron: '0 10 * * *' };

function there(): FakeNomad {
  const nomad = fakeNomad();
  nomad.put('default', path, items);
  return nomad;
}

describe('schedule add', () => {
  it('writes a valid schedule, only where there is none', async () => {
    const nomad = fakeNomad();
    const line = ['schedule', 'add', 'web-kill', 'fault=alloc-kill', 'target_job=web', 'cron=0 10 * * *'];
    const ran = await sirocco(line, { nomad });
    expect([ran.code, nomad.items('default', path)]).toEqual([0, items]);
    expect(ran.out).toContain('chaos/schedule/web-kill in namespace default is written');
    const again = await sirocco(line, { nomad });
    expect([again.code, again.err]).toMatchObject([
      5,
      expect.stringContaining('is written in namespace default already'),
    ]);
  });

  it('writes nothing that is not valid', async () => {
    const nomad = fakeNomad();
    const ran = await sirocco('schedule add web-kill fault=alloc-kill target_job=web', { nomad });
    expect([ran.code, nomad.items('default', path)]).toEqual([2, undefined]);
  });
});

describe('schedule pause and resume', () => {
  it('change suspend alone, and say so when nothing is to be changed', async () => {
    const nomad = there();
    expect((await sirocco('schedule pause web-kill', { nomad })).code).toBe(0);
    expect(nomad.items('default', path)).toEqual({ ...items, suspend: 'true' });
    expect((await sirocco('schedule pause web-kill', { nomad })).out).toBe('web-kill is suspended already');
    expect((await sirocco('schedule resume web-kill', { nomad })).code).toBe(0);
    expect(nomad.items('default', path)).toEqual(items);
  });

  it('rest a document from beside it', async () => {
    const nomad = fakeNomad();
    const spec = JSON.stringify({
      schedule: { every: '1h', suspend: true },
      target: { job: 'web' },
      method: [{ fault: 'alloc-kill' }],
    });
    nomad.put('default', path, { spec });
    expect((await sirocco('schedule resume web-kill', { nomad })).code).toBe(0);
    expect(nomad.items('default', path)).toEqual({ spec, suspend: 'false' });
  });

  it('know no schedule that is not there, and name the nearest', async () => {
    const ran = await sirocco('schedule pause web-kil --output json', { nomad: there() });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-304', did_you_mean: 'web-kill' } });
  });

  it('lose to whoever changed it meanwhile', async () => {
    const nomad = there();
    nomad.before = ({ method }) => {
      if (method === 'PUT') nomad.put('default', path, { ...items, title: 'theirs' });
    };
    const ran = await sirocco('schedule pause web-kill', { nomad });
    expect([ran.code, nomad.items('default', path)]).toEqual([5, { ...items, title: 'theirs' }]);
  });
});

describe('schedule remove', () => {
  it('deletes what is there', async () => {
    const nomad = there();
    expect((await sirocco('schedule remove web-kill', { nomad })).code).toBe(0);
    expect(nomad.items('default', path)).toBeUndefined();
  });
});

describe('schedule edit', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sirocco-edit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** An editor that replaces one word by another. */
  function editor(from: string, to: string): string {
    const script = join(folder, `${from}-${to}.sh`);
    writeFileSync(script, `sed -i 's/${from}/${to}/' "$1"\n`);
    return `sh ${script}`;
  }
  const env = (EDITOR: string) => ({ EDITOR, PATH: process.env['PATH'] });

  it('writes what the editor left, once it is valid', async () => {
    const nomad = there();
    const ran = await sirocco('schedule edit web-kill', { nomad, env: env(editor('web', 'api')) });
    expect([ran.code, nomad.items('default', path)]).toEqual([0, { ...items, target_job: 'api' }]);
  });

  it('writes nothing that is not valid, and keeps the text', async () => {
    const nomad = there();
    const ran = await sirocco('schedule edit web-kill', { nomad, env: env(editor('alloc-kill', 'alloc-kil')) });
    expect([ran.code, nomad.items('default', path)]).toEqual([2, items]);
    const kept = /kept in ([^ ]+)\/web-kill\.txt/.exec(ran.err)?.[1] ?? '';
    expect(kept).toContain(tmpdir());
    rmSync(kept, { recursive: true });
  });

  it('writes nothing where nothing was changed, or the editor fails, or there is none', async () => {
    const nomad = there();
    const same = await sirocco('schedule edit web-kill', { nomad, env: env('true') });
    expect([same.code, same.err]).toEqual([0, 'nothing was changed']);
    expect((await sirocco('schedule edit web-kill', { nomad })).code).toBe(2);
    expect(nomad.asked.filter(each => each.startsWith('PUT'))).toEqual([]);
  });
});
