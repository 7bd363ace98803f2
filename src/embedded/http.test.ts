import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld } from '../world/real.ts';
import { jobBody } from './core/testing.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded } from './index.ts';

let running: Embedded | undefined;

async function start(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  running = await startEmbedded({ world: createWorld({ level: 'error' }), seed: 'http', nodes: 1, ...options });
  return running;
}

afterEach(async () => {
  await running?.close();
  running = undefined;
});

const put = (at: Embedded, path: string, body: unknown) =>
  fetch(at.address + path, { method: 'PUT', body: JSON.stringify(body) });
const write = (at: Embedded, path: string) => put(at, `/v1/var/${path}`, { Items: { v: '1' } });

describe('the embedded Nomad behind a socket', () => {
  it('answers JSON with its headers, errors as text, and what is not JSON with 400', async () => {
    const at = await start();
    const written = await write(at, 'a');
    expect(written.headers.get('x-nomad-index')).toBe(
      String(((await written.json()) as { ModifyIndex: number }).ModifyIndex),
    );
    const read = await fetch(`${at.address}/v1/var/a?pretty`);
    expect([
      read.headers.get('x-nomad-knownleader'),
      read.headers.get('x-nomad-lastcontact'),
      read.headers.get('content-type'),
    ]).toEqual(['true', '0', 'application/json']);
    expect(await read.text()).toContain('\n    "Path": "a"');
    const missing = await fetch(`${at.address}/v1/var/b`);
    expect([missing.status, missing.headers.get('content-type'), await missing.text()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      'variable not found',
    ]);
    const broken = await fetch(`${at.address}/v1/jobs`, { method: 'PUT', body: '{bad' });
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringMatching(/JSON/)]);
    const deleted = await fetch(`${at.address}/v1/var/a`, { method: 'DELETE' });
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    expect((await fetch(`${at.address}/v1/var/a`, { method: 'PATCH' })).status).toBe(405);
  });

  it('pages a list by its header', async () => {
    const at = await start();
    for (const path of ['a', 'b']) await write(at, path);
    const first = await fetch(`${at.address}/v1/vars?per_page=1`);
    expect(first.headers.get('x-nomad-nexttoken')).toBe('default.b');
  });

  it('holds a blocking query until the change, and lets two hundred wait at once', async () => {
    const at = await start();
    const index = (await write(at, 'chaos/a')).headers.get('x-nomad-index');
    const asked = Array.from({ length: 200 }, () =>
      fetch(`${at.address}/v1/vars?prefix=chaos/&index=${index}&wait=30s`),
    );
    await pause(50);
    await write(at, 'chaos/b');
    const answers = await Promise.all(asked.map(async each => (await each).json()));
    expect(answers.every(list => (list as unknown[]).length === 2)).toBe(true);
  });

  it('streams events line by line: a heartbeat at once, then each batch', async () => {
    const at = await start();
    const stop = new AbortController();
    const response = await fetch(
      `${at.address}/v1/event/stream?topic=Variable&topic=Job:web&index=${at.cluster.tables.index}`,
      { signal: stop.signal },
    );
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('{}\n');
    await write(at, 'a');
    expect(JSON.parse((await reader.read()).value ?? '')).toMatchObject({ Events: [{ Topic: 'Variable', Key: 'a' }] });
    await put(at, '/v1/jobs', jobBody());
    expect(JSON.parse(((await reader.read()).value ?? '').split('\n')[0] ?? '')).toMatchObject({
      Events: [{ Topic: 'Job', Key: 'web' }],
    });
    stop.abort();
    expect((await fetch(`${at.address}/v1/event/stream?topic=a:b:c`)).status).toBe(400);
    expect((await fetch(`${at.address}/v1/event/stream?index=x`)).status).toBe(400);
  });

  it('takes the token from either header', async () => {
    const token = { secret: 'secret', accessor: 'a', name: 'm', type: 'management' as const, rules: {} };
    const at = await start({ acl: true, tokens: [token] });
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${at.address}/v1/jobs`, { headers })).status;
    expect(
      await Promise.all([
        status({}),
        status({ 'X-Nomad-Token': 'secret' }),
        status({ Authorization: 'Bearer secret' }),
      ]),
    ).toEqual([403, 200, 200]);
  });

  it('closes at once, also with queries and streams open', async () => {
    const at = await start();
    const held = fetch(`${at.address}/v1/jobs?index=999&wait=60s`).then(
      () => 'answered',
      () => 'cut',
    );
    await fetch(`${at.address}/v1/event/stream?topic=Job`);
    await at.close();
    expect(await held).toBe('cut');
    await expect(fetch(`${at.address}/v1/jobs`)).rejects.toThrow();
  });

  it('fails to start on a port that is taken', async () => {
    const at = await start();
    const port = Number(new URL(at.address).port);
    await expect(startEmbedded({ world: createWorld({ level: 'error' }), port })).rejects.toThrow(/EADDRINUSE/);
  });
});
