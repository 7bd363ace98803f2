/** Secrets in the questions of probes, on a Nomad of either kind: put in, kept out of everything else, or missed in words. */

import { afterAll, expect, it } from 'vitest';
import type { Variable, VariableMetadata } from '../../src/nomad/types.ts';
import { unpack } from '../../src/runs/pack.ts';
import { until } from '../support/until.ts';
import { type CliEnd, startCli } from './cli-process.ts';
import { startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, finishedRun, type Items, makePlace, type Place } from './place.ts';
import { type ProbedServer, startProbedServer } from './probed-server.ts';

const withinMs = 240_000;
const wide = { max_group_percent: '100', max_namespace_percent: '100', max_nodes_percent: '100' };
const path = 'chaos/secrets/shop';

/** Signs that JSON and URLs write otherwise. */
const first = { token: 'ONE-"S3CRET"/x1', id: 'S3CRET id&one/2', text: 'S3CRET "of"\nlines' };
const second = { token: 'TWO-S3CRET-x2', id: 'S3CRET id&two/2', text: 'S3CRET two' };

/** Any of them, in whole or in part, however it is written. */
const leak = /S3CRET/;

/** Registers the cases; each has a place of its own. */
export function secretSuite(getCluster: () => Cluster): void {
  const servers: ProbedServer[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function stage(rights: (namespace: string) => ReturnType<typeof everyRight> = everyRight) {
    const server = await startProbedServer();
    servers.push(server);
    const place = await makePlace(getCluster(), rights);
    await place.run({ id: 'web', count: 3 });
    await place.put('chaos/control/limits', { ...wide, probe_hosts: server.host });
    return { server, place };
  }

  async function endOf(place: Place) {
    const { run, items } = await finishedRun(place, withinMs - 40_000);
    const { message = '' } = JSON.parse(items['body'] ?? '{}') as { readonly message?: string };
    return { run, verdict: verdictIn(items), message };
  }

  it('are put in, changed ones too, and stand nowhere afterwards', { timeout: withinMs }, async () => {
    const { server, place } = await stage();
    server.answer.token = first.token;
    server.answer.repeats = true;
    await place.put(path, first);
    const controller = await startController(place.options('one', { logLevel: 'debug' }), place.nomad);
    await place.put('chaos/schedule/it', { spec: JSON.stringify(documentOf(server.host)) });
    await until(
      'the fault to be in force',
      async () => [...(await place.records()).values()][0]?.['state'] === 'holding',
    );
    await until('the probe to be asked then', () => server.asked.length > 6);
    await place.put(path, second);
    server.answer.token = second.token;
    const { verdict, message, run } = await endOf(place);
    expect(verdict, `${message}\n${controller.story()}`).toBe('passed');

    const asked = server.asked.filter(each => each.path.startsWith('/of/'));
    for (const { token, id, text } of [first, second])
      expect(asked).toContainEqual({
        path: `/of/${encodeURIComponent(id)}`,
        headers: expect.objectContaining({ 'x-token': token }),
        body: `{"text": "${text}"}`,
      });

    const pages = ['/metrics', '/v1/status', '/health', '/health/ready'];
    const served = await Promise.all(pages.map(page => pageOf(controller.address, page)));
    await controller.end();
    const told = {
      variables: await variablesOf(place),
      log: controller.lines.map(line => JSON.stringify(line)),
      served,
      commands: await Promise.all(
        [
          ['status', '--output', 'json'],
          ['runs', run, '--output', 'json'],
          ['runs', run],
        ].map(words => commandOf(place, words)),
      ),
    };
    expect(told.variables.some(each => each.includes('{{ secret.shop.token }}'))).toBe(true);
    expect(told.log.length).toBeGreaterThan(10);
    for (const [where, texts] of Object.entries(told)) for (const text of texts) expect(text, where).not.toMatch(leak);
  });

  it('are not told though an error that is told repeats them', { timeout: withinMs }, async () => {
    const { server, place } = await stage();
    await place.put(path, first);
    const prometheus = {
      url: `http://${server.host}/broken/{{ secret.shop.id }}`,
      query: 'up',
      headers: { a: '{{ secret.shop.token }}' },
    };
    const spec = { ...documentOf(server.host), steady_state: [{ name: 'errors', prometheus }], guards: undefined };
    await place.put('chaos/schedule/it', { spec: JSON.stringify(spec) });
    const controller = await startController(place.options('one', { logLevel: 'debug' }), place.nomad);
    const { verdict, message } = await endOf(place);
    await controller.end();
    expect(verdict).toBe('failed/not_steady');
    expect(message).toMatch(/the query failed: not for .*\[redacted\]/);
    const told = [...(await variablesOf(place)), ...controller.lines.map(line => JSON.stringify(line))];
    for (const text of told) expect(text).not.toMatch(leak);
  });

  it.each<[string, Items | undefined, RegExp]>([
    ['no Variable is there', undefined, /there is no Variable chaos\/secrets\/shop in namespace place-\d+/],
    ['it has no such key', { tokn: 'S3CRET-S3CRET' }, /has no key token; did you mean tokn\? \(its keys: tokn\)/],
    ['the value is too short', { token: 'S3CRET' }, /has fewer than 8 characters: it could not be kept secret/],
  ])('end a run before any harm where %s, as plan foretells', { timeout: withinMs }, async (_, items, words) => {
    const { server, place } = await stage();
    if (items !== undefined) await place.put(path, items);
    await place.put('chaos/schedule/it', killWith(server.host));
    const planned = await endOfCli(place, ['plan', '--var', 'chaos/schedule/it']);
    expect(planned.code, planned.err).toBe(3);
    expect(planned.out).toMatch(words);
    const controller = await startController(place.options('one'), place.nomad);
    const { verdict, message } = await endOf(place);
    await controller.end();
    expect([verdict, message]).toEqual(['failed/not_steady', expect.stringMatching(words)]);
    expect(server.asked).toEqual([]);
    const told = [planned.out, ...(await variablesOf(place)), ...controller.lines.map(line => JSON.stringify(line))];
    for (const text of told) expect(text).not.toMatch(leak);
  });

  it('name the line of the policy where it is missing', { timeout: withinMs }, async () => {
    const { server, place } = await stage(namespace => {
      const { namespaces = {}, ...more } = everyRight(namespace);
      const own = namespaces[namespace] ?? {};
      const variables = { ...own.variables, 'chaos/secrets/*': ['deny'] as const };
      return { ...more, namespaces: { [namespace]: { ...own, variables } } };
    });
    await place.put(path, first);
    await place.put('chaos/schedule/it', killWith(server.host));
    const planned = await endOfCli(place, ['plan', '--var', 'chaos/schedule/it']);
    expect(planned.out).toMatch(/secret\.shop\.token: unknown: this token may not read chaos\/secrets\/shop/);
    const controller = await startController(place.options('one'), place.nomad);
    const { verdict, message } = await endOf(place);
    await controller.line('the denial', ({ msg }) => /denied read \S+:chaos\/secrets\/shop/.test(msg));
    await controller.end();
    expect(verdict).toBe('failed/not_steady');
    const { namespace } = place;
    expect(message).toContain(`in ${namespace} the policy lacks path "chaos/secrets/*" { capabilities = ["read"] }`);
  });

  it('are used by execute without a controller, and by the controller command', { timeout: withinMs }, async () => {
    const { server, place } = await stage();
    server.answer.token = first.token;
    await place.put(path, first);
    await place.put('chaos/control/limits', { ...wide, probe_hosts: server.host, min_interval_per_job: '0s' });
    await place.put('chaos/schedule/it', killWith(server.host, '2099-01-01T00:00:00Z'));
    const planned = await endOfCli(place, ['plan', '--var', 'chaos/schedule/it']);
    expect(planned.out).toContain('secret.shop.token: there, token in chaos/secrets/shop');
    const executed = await endOfCli(place, ['execute', 'it']);
    expect(executed.code, executed.err).toBe(0);
    const cli = startCli(place, ['controller', '--listen', '127.0.0.1:0', '--log-level', 'debug'], place.nomad.token);
    await place.put('chaos/schedule/later', killWith(server.host));
    await until(
      'the second run to be over',
      async () => {
        const status = await place.get('chaos/status/later');
        return status?.['state'] === 'done' && status['last_verdict'] === 'passed';
      },
      { within: 120_000 },
    );
    cli.signal('SIGTERM');
    const { out, err } = await cli.ended;
    expect(server.asked.length).toBeGreaterThanOrEqual(4);
    expect(out).toContain('verdict');
    const told = [...(await variablesOf(place)), planned.out, executed.out, executed.err, out, err];
    for (const text of told) expect(text).not.toMatch(leak);
  });
}

function killWith(host: string, at = 'now'): Items {
  const spec = {
    schedule: { at },
    target: { job: 'web' },
    steady_state: [
      { name: 'shop', http: { url: `http://${host}/`, headers: { 'X-Token': '{{ secret.shop.token }}' } } },
    ],
    method: [{ fault: 'alloc-kill' }],
    recovery: { within: '30s' },
  };
  return { spec: JSON.stringify(spec) };
}

/** Asks with all of them, in every place; what answers repeats them, in an error of a Prometheus too. */
function documentOf(host: string) {
  const headers = { 'X-Token': '{{ secret.shop.token }}' };
  const asked = { url: `http://${host}/of/{{ secret.shop.id }}`, method: 'POST', headers };
  return {
    schedule: { at: 'now' },
    target: { job: 'web' },
    steady_state: [
      {
        name: 'shop',
        during: true,
        http: { ...asked, body: '{"text": "{{ secret.shop.text }}"}' },
        expect: { status: '200, 401' },
      },
      { name: 'prometheus', prometheus: { url: `http://${host}`, query: 'up', headers }, expect: { value: '> 0' } },
    ],
    method: [{ fault: 'job-scale', with: { delta: -1 }, duration: '12s' }],
    guards: [
      // Violated all the time, and never for long enough: what is told of it repeats what it was asked with.
      { probe: 'shop', expect: { body: { json: 'of', equals: 'x' } }, violated_for: '1h' },
      { probe: 'shop', expect: { body: { json: 'question.path', equals: 'x' } }, violated_for: '1h' },
    ],
    recovery: { within: '40s' },
  };
}

/** All Variables but the secrets themselves, those that are packed too. */
async function variablesOf({ cluster, namespace }: Place): Promise<readonly string[]> {
  const metas = await cluster.call<VariableMetadata[]>(`/v1/vars?namespace=${namespace}`);
  const others = metas.filter(({ Path }) => !Path.startsWith('chaos/secrets/'));
  const items = others.map(async ({ Path }) => {
    const { Items } = await cluster.call<Variable>(`/v1/var/${Path}?namespace=${namespace}`);
    return Path.startsWith('chaos/runs/') ? unpack(Items ?? {}) : Items;
  });
  return (await Promise.all(items)).map(each => JSON.stringify(each));
}

function endOfCli(place: Place, words: readonly string[]): Promise<CliEnd> {
  return startCli(place, words, place.nomad.token).ended;
}

async function commandOf(place: Place, words: readonly string[]): Promise<string> {
  const { code, out, err } = await endOfCli(place, words);
  expect(code, err).toBe(0);
  return `${out}${err}`;
}

async function pageOf(address: () => Promise<string>, page: string): Promise<string> {
  return (await fetch(`${await address()}${page}`)).text();
}
