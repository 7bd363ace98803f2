import { expect, it } from 'vitest';
import type { NomadNode } from '../../../src/nomad/types.ts';
import { jobSpec, type TaskOptions } from '../../support/jobs.ts';
import type { Contract } from '../contract.ts';
import { allocationWith, base64, child, jobPath, onceOnly } from '../dispatched.ts';
import { stdoutOf, stdoutWith } from '../task-log.ts';

const payload = '{"run":"é"}\n';
const shell = (script: string) => ['/bin/sh', '-c', script] as const;
const holding = "; trap 'exit 0' TERM INT; while :; do sleep 0.05; done";

/** What a task finds about itself, and what the tasks of one allocation share. */
export function taskEnvironmentCases({ space }: Contract): void {
  it('has variables that name its allocation, its job and its parent, and the meta of all of them', async () => {
    const { namespace, manager } = await space();
    const [node] = (await manager.get('/v1/nodes')).body as NomadNode[];
    const env = { MIXED: '$' + '{NOMAD_META_run}-$' + '{NOMAD_TASK_NAME}', NODE: '$' + '{node.unique.id}' };
    const tasks = [
      { name: 'server', command: shell(`env; pwd${holding}`), env, meta: { of_task: 't', shared: 'task' } },
      { name: 'other', command: shell(`env${holding}`) },
    ];
    const spec = jobSpec({
      ...onceOnly('agent', namespace, tasks),
      meta: { of_job: 'j', shared: 'job', run: 'parent' },
      groupMeta: { of_group: 'g', shared: 'group' },
      parameterized: { required: ['run'] },
      nodeId: node?.ID ?? '',
    });
    await manager.put('/v1/jobs', { Job: spec });
    const id = await child(manager, 'agent', { Meta: { run: 'r 1' } });
    const alloc = await allocationWith(manager, id, { server: 'running', other: 'running' });
    const text = await stdoutWith(manager, alloc, 'server', '\n/');
    const seen = variablesOf(text);
    expect(seen).toMatchObject({
      NOMAD_ALLOC_ID: alloc.ID,
      NOMAD_SHORT_ALLOC_ID: alloc.ID.slice(0, 8),
      NOMAD_ALLOC_NAME: `${id}.web[0]`,
      NOMAD_ALLOC_INDEX: '0',
      NOMAD_TASK_NAME: 'server',
      NOMAD_GROUP_NAME: 'web',
      NOMAD_JOB_ID: id,
      NOMAD_JOB_NAME: id,
      NOMAD_JOB_PARENT_ID: 'agent',
      NOMAD_NAMESPACE: namespace,
      NOMAD_REGION: 'global',
      NOMAD_DC: 'dc1',
      NOMAD_CPU_LIMIT: '20',
      NOMAD_MEMORY_LIMIT: '16',
      NOMAD_META_run: 'r 1',
      NOMAD_META_RUN: 'r 1',
      NOMAD_META_of_job: 'j',
      NOMAD_META_of_group: 'g',
      NOMAD_META_of_task: 't',
      NOMAD_META_shared: 'task',
      NOMAD_META_SHARED: 'task',
      MIXED: 'r 1-server',
      NODE: node?.ID,
    });
    const directory = text.trim().split('\n').at(-1) ?? '';
    expect(seen).toMatchObject({
      NOMAD_TASK_DIR: `${directory}/local`,
      NOMAD_SECRETS_DIR: `${directory}/secrets`,
      NOMAD_ALLOC_DIR: `${directory.slice(0, directory.lastIndexOf('/'))}/alloc`,
    });
    const other = variablesOf(await stdoutWith(manager, alloc, 'other', 'NOMAD_TASK_NAME'));
    expect(other).toMatchObject({ NOMAD_TASK_NAME: 'other', NOMAD_META_shared: 'group' });
    expect(other).not.toHaveProperty('NOMAD_META_of_task');
    expect(other['NOMAD_ALLOC_DIR']).toBe(seen['NOMAD_ALLOC_DIR']);
    expect(other['NOMAD_TASK_DIR']).not.toBe(seen['NOMAD_TASK_DIR']);
  });

  it('finds the payload in its local folder, at any step, and shares what it puts into the allocation’s', async () => {
    const { namespace, manager } = await space();
    const copy = '"$NOMAD_ALLOC_DIR/copy"';
    const tasks: TaskOptions[] = [
      {
        name: 'inject',
        command: shell(
          `cat local/in/payload.json && cp "$NOMAD_TASK_DIR/in/payload.json" ${copy} && chmod 755 ${copy}`,
        ),
        lifecycle: { hook: 'prestart' },
        payloadFile: 'in/payload.json',
      },
      { name: 'hold', command: shell(`ls local | wc -l; cat ${copy}; echo held >> ${copy}`) },
      {
        name: 'revert',
        command: shell(`cat ${copy} local/again`),
        lifecycle: { hook: 'poststop' },
        payloadFile: 'again',
      },
    ];
    await manager.put('/v1/jobs', { Job: jobSpec({ ...onceOnly('agent', namespace, tasks), parameterized: {} }) });
    const id = await child(manager, 'agent', { Payload: base64(payload) });
    const alloc = await allocationWith(manager, id, { revert: 'dead' });
    expect(alloc.ClientStatus).toBe('complete');
    expect(await stdoutOf(manager, alloc, 'inject')).toBe(payload);
    expect((await stdoutOf(manager, alloc, 'hold')).trimStart()).toBe(`0\n${payload}`);
    expect(await stdoutOf(manager, alloc, 'revert')).toBe(`${payload}held\n${payload}`);
  });

  it('finds an empty file where its dispatch had no payload, and none in a job that is not dispatched', async () => {
    const { namespace, manager } = await space();
    const tasks = [{ name: 'server', command: shell('ls local && cat local/*'), payloadFile: 'payload' }];
    await manager.put('/v1/jobs', { Job: jobSpec({ ...onceOnly('agent', namespace, tasks), parameterized: {} }) });
    await manager.put('/v1/jobs', { Job: jobSpec(onceOnly('plain', namespace, tasks)) });
    const dispatched = await allocationWith(manager, await child(manager, 'agent'), { server: 'dead' });
    expect(await stdoutOf(manager, dispatched, 'server')).toBe('payload\n');
    const plain = await allocationWith(manager, 'plain', { server: 'dead' });
    expect(await stdoutOf(manager, plain, 'server')).toBe('');
  });

  it('keeps its payload to its own folder: a path that leaves it is refused with the job', async () => {
    const { namespace, manager } = await space();
    const register = (payloadFile: string) => {
      const tasks = [{ name: 'server', payloadFile }];
      return manager.put('/v1/jobs', { Job: jobSpec({ ...onceOnly('agent', namespace, tasks), parameterized: {} }) });
    };
    const escapes = 'Dispatch Payload validation failed: destination escapes allocation directory';
    const nested = (text: string, ends: string) => `1 error occurred:\n\t* ${text}${ends}`;
    const ofTask = nested(escapes, '\n\n');
    const ofGroup = nested(`Task server validation failed: ${ofTask}`, '\n\n');
    const answer = await register('../../../outside');
    expect([answer.status, answer.body]).toEqual([500, nested(`Task group web validation failed: ${ofGroup}`, '\n\n')]);
    expect((await register('deep/inside')).status).toBe(200);
    expect((await manager.get(jobPath('agent'))).status).toBe(200);
  });
}

function variablesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split('\n').flatMap(line => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}
