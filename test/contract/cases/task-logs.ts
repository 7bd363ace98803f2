import { expect, it } from 'vitest';
import type { Allocation } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import type { Query } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';
import { allocationWith, onceOnly } from '../dispatched.ts';
import { readLog, stdoutWith } from '../task-log.ts';

const script = "echo one; echo problem >&2; echo second line; trap 'exit 0' TERM INT; while :; do sleep 0.05; done";
const whole = 'one\nsecond line\n';
const plain = { task: 'server', type: 'stdout', plain: 'true' } as const;
const nobody = '11111111-2222-4333-8444-555555555555';

/** What tasks wrote, read through the API. */
export function taskLogCases({ space }: Contract): void {
  it('are plain text, from an offset at the start or the end', async () => {
    const here = await space();
    const alloc = await writing(here);
    const read = async (query: Query) => {
      const { status, type, text, open } = await readLog(here.manager, alloc.ID, { ...plain, ...query });
      expect([status, type, open]).toEqual([200, 'text/plain', false]);
      return text;
    };
    expect(await read({})).toBe(whole);
    expect(await read({ type: 'stderr' })).toBe('problem\n');
    expect(await read({ origin: 'start', follow: 'false' })).toBe(whole);
    expect(await read({ offset: '4' })).toBe('second line\n');
    expect(await read({ offset: '400' })).toBe('');
    expect(await read({ origin: 'end', offset: '5' })).toBe('line\n');
    expect(await read({ origin: 'end', offset: '400' })).toBe(whole);
    // Nothing back from the end is taken for the start.
    expect(await read({ origin: 'end' })).toBe(whole);
    expect(await read({ offset: '-5' })).toBe('line\n');
  });

  it('are frames without plain, each with the offset after it', async () => {
    const here = await space();
    const alloc = await writing(here);
    const { type, text } = await readLog(here.manager, alloc.ID, { task: 'server', type: 'stdout' });
    expect(type).toBe('application/json');
    const frame = { Data: Buffer.from(whole).toString('base64'), File: 'alloc/logs/server.stdout.0' };
    expect(JSON.parse(text)).toEqual({ ...frame, Offset: whole.length });
  });

  it('are followed until the reader goes', async () => {
    const here = await space();
    const alloc = await writing(here);
    const follow = { ...plain, follow: 'true' };
    expect(await readLog(here.manager, alloc.ID, follow, { upTo: whole })).toMatchObject({ text: whole, open: true });
    const frames = await readLog(here.manager, alloc.ID, { ...follow, plain: 'false' }, { upTo: '{}' });
    expect(frames).toMatchObject({ status: 200, open: true });
  });

  it('are refused word for word where they can not be had', async () => {
    const here = await space();
    const alloc = await writing(here);
    const refused = async (query: Query, id = alloc.ID) => {
      const { status, text } = await readLog(here.manager, id, query);
      return [status, text];
    };
    const type = 'must provide log type (stdout/stderr)';
    expect(await refused({ type: 'stdout' })).toEqual([400, 'must provide task name']);
    expect(await refused({ task: 'server' })).toEqual([400, type]);
    expect(await refused({ ...plain, type: 'both' })).toEqual([400, type]);
    expect(await refused({ ...plain, origin: 'middle' })).toEqual([400, 'origin must be start or end']);
    const offset = 'error parsing offset: strconv.ParseInt: parsing "x": invalid syntax';
    expect(await refused({ ...plain, offset: 'x' })).toEqual([400, offset]);
    const parse = (field: string, text: string) =>
      `failed to parse ${field} field to boolean: strconv.ParseBool: parsing "${text}": invalid syntax`;
    expect(await refused({ ...plain, follow: 'no' })).toEqual([400, parse('follow', 'no')]);
    expect(await refused({ ...plain, plain: 'maybe' })).toEqual([400, parse('plain', 'maybe')]);
    expect(await refused({ ...plain, task: 'none' })).toEqual([400, 'unknown task name "none"']);
    const early = 'task "after" not started yet. No logs available';
    expect(await refused({ ...plain, task: 'after' })).toEqual([404, early]);
    expect(await refused(plain, nobody)).toEqual([404, `Unknown allocation "${nobody}"`]);
    const short = 'alloc lookup failed: index error: UUID must be 36 characters';
    expect(await refused(plain, alloc.ID.slice(0, 8))).toEqual([500, short]);
  });

  it('are granted by read-logs or read-fs; to all others the task is denied with 500, known or not', async () => {
    const here = await space();
    const alloc = await writing(here);
    const answers: unknown[] = [];
    for (const capability of ['read-logs', 'read-fs', 'read-job', 'alloc-lifecycle']) {
      const by = await here.caller({ capabilities: [capability] });
      const { status, text } = await readLog(by, alloc.ID, plain);
      answers.push([capability, status, text]);
    }
    const denied = [500, 'Permission denied'];
    expect(answers).toEqual([
      ['read-logs', 200, whole],
      ['read-fs', 200, whole],
      ['read-job', ...denied],
      ['alloc-lifecycle', ...denied],
    ]);
    const by = await here.caller({ policy: 'read' });
    const ask = async (query: Query, id = alloc.ID) => {
      const { status, text } = await readLog(by, id, query);
      return [status, text];
    };
    expect(await ask({ ...plain, task: 'none' })).toEqual(denied);
    expect(await ask({ ...plain, task: 'after' })).toEqual(denied);
    expect(await ask({ ...plain, type: 'both' })).toEqual([400, 'must provide log type (stdout/stderr)']);
    expect(await ask(plain, nobody)).toEqual([404, `Unknown allocation "${nobody}"`]);
    const unknown = await readLog(here.manager.as(nobody), alloc.ID, plain);
    expect([unknown.status, unknown.text]).toEqual(denied);
  });

  it('outlive their tasks, and go with the job', async () => {
    const here = await space();
    const alloc = await writing(here);
    await here.manager.delete('/v1/job/job');
    await allocationWith(here.manager, 'job', { after: 'dead' });
    expect((await readLog(here.manager, alloc.ID, plain)).text).toBe(whole);
    expect(await readLog(here.manager, alloc.ID, { ...plain, task: 'after' })).toMatchObject({ status: 200, text: '' });
    await here.manager.delete('/v1/job/job', { purge: 'true' });
    const gone = await readLog(here.manager, alloc.ID, plain);
    expect([gone.status, gone.text]).toEqual([404, `Unknown allocation "${alloc.ID}"`]);
  });
}

/** An allocation whose task has written all that it will. */
async function writing({ manager, namespace }: Space): Promise<Allocation> {
  const tasks = [
    { name: 'server', command: ['/bin/sh', '-c', script] },
    { name: 'after', command: ['/bin/true'], lifecycle: { hook: 'poststop' } },
  ] as const;
  await manager.put('/v1/jobs', { Job: jobSpec(onceOnly('job', namespace, tasks)) });
  const alloc = await allocationWith(manager, 'job', { server: 'running' });
  await stdoutWith(manager, alloc, 'server', whole);
  return alloc;
}
