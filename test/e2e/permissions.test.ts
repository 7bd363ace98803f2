import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import type { NamespaceRights, Rights } from '../support/rights.ts';
import { until } from '../support/until.ts';
import { type ControllerHandle, endControllers, startController } from './controller-handle.ts';
import { doctorCases } from './doctor-cases.ts';
import { writeEvidence } from './evidence.ts';
import { nodeNamed } from './nodes.ts';
import { cordon, kill, verdictIn } from './pair.ts';
import { controllerRights, finishedRun, type Items, makePlace, type Place, signalsOf } from './place.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

interface Missing {
  readonly what: string;
  readonly change: (rights: NamespaceRights) => NamespaceRights;
  readonly node?: Rights['node'];
  readonly spec?: (node: string) => Items;
  /** The line that names it. */
  readonly line: RegExp;
  /** The kind of the request that is counted as denied. */
  readonly kind: string;
  /** The run's verdict, where a run comes to one; absent: nothing is begun. */
  readonly verdict?: string;
  readonly signals: number;
}

const path =
  (variable: string, ...may: NonNullable<NamespaceRights['variables']>[string][number][]) =>
  (rights: NamespaceRights): NamespaceRights => ({ ...rights, variables: { ...rights.variables, [variable]: may } });
const capabilities =
  (...words: string[]) =>
  (rights: NamespaceRights): NamespaceRights => ({ ...rights, capabilities: words });
const same = (rights: NamespaceRights) => rights;
const aNode = (node: string) => cordon(node, '2s');

const table: readonly Missing[] = [
  {
    what: 'the lock',
    change: path('chaos/control/leader', 'read', 'list'),
    line: /Nomad denied lock\b/,
    kind: 'lock_acquire',
    signals: 0,
  },
  {
    what: 'writing run records',
    change: path('chaos/runs/*', 'read', 'list'),
    line: /Nomad denied write \S+:chaos\/runs\//,
    kind: 'variable_write',
    signals: 0,
  },
  {
    what: 'writing statuses',
    change: path('chaos/status/*', 'read', 'list'),
    line: /Nomad denied write \S+:chaos\/status\/it/,
    kind: 'variable_write',
    verdict: 'passed',
    signals: 1,
  },
  {
    what: 'reading the halt',
    change: path('chaos/control/halt', 'deny'),
    line: /Nomad denied read \S+:chaos\/control\/halt/,
    kind: 'variable_read',
    verdict: 'aborted/halt_unreadable',
    signals: 0,
  },
  {
    what: 'alloc-lifecycle',
    change: capabilities('read-job', 'list-jobs'),
    line: /injection of alloc-kill .*: refused: .*Permission denied/,
    kind: 'alloc_signal',
    verdict: 'failed/injection_refused',
    signals: 0,
  },
  {
    what: 'read-job',
    change: capabilities('list-jobs', 'alloc-lifecycle'),
    line: /Nomad denied (?:read-job|list-job-allocs) /,
    kind: 'job_allocations',
    verdict: 'failed/denied',
    signals: 0,
  },
  {
    what: 'node write',
    change: same,
    node: 'read',
    spec: aNode,
    line: /injection of node-ineligible .*: refused: .*Permission denied/,
    kind: 'node_eligibility',
    verdict: 'failed/injection_refused',
    signals: 0,
  },
];

describeWithNomad('each missing right on a real Nomad', () => {
  let cluster: E2eCluster;
  const seen: (readonly string[])[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ clients: 3 });
  }, 120_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
    const columns = ['missing', 'verdict', 'the line that names it'];
    writeEvidence('missing-rights', { title: 'Each missing right', columns, rows: seen });
  }, 60_000);

  describe('of the policy for every fault', () => {
    doctorCases(() => ({ cluster, tokenOf: async policy => (await cluster.real.createToken(policy)).secret }));
  });

  describe.concurrent('is named, and nothing is done by halves', { timeout: 90_000 }, () => {
    it.each(table)('$what', async each => {
      const place = await makePlace(cluster, namespace => rightsOf(namespace, each));
      await place.run({ id: 'web', count: 2 });
      await place.put('chaos/schedule/it', each.spec?.(cluster.nodes[0] ?? '') ?? kill);
      const controller = await startController(place.options('one'), place.nomad);
      const line = await controller.line(`a line like ${each.line}`, ({ msg }) => each.line.test(msg));
      const verdict = each.verdict === undefined ? undefined : await verdictOf(place);
      seen.push([each.what, verdict ?? 'no run', line.msg]);
      expect(verdict).toBe(each.verdict);
      expect(await controller.metrics()).toMatch(
        new RegExp(`^sirocco_nomad_requests_total\\{kind="${each.kind}",code="403"\\} [1-9]`, 'm'),
      );
      expect(injected(controller)).toBe(
        each.kind === 'alloc_signal' || each.kind === 'node_eligibility' ? 1 : each.signals,
      );
      expect(signalsOf(await place.allocations('web'))).toBe(each.signals);
      expect((await nodeNamed(cluster, cluster.nodes[0] ?? '')).SchedulingEligibility).toBe('eligible');
    });

    it('begins by itself when the right to read the halt is given', async () => {
      const variables = { 'chaos/*': ['read', 'list', 'write', 'destroy'], 'chaos/control/halt': ['deny'] } as const;
      const place = await makePlace(cluster, namespace => ({
        namespaces: { [namespace]: { ...controllerRights(namespace).namespaces?.[namespace], variables } },
      }));
      await place.run({ id: 'web', count: 2 });
      await place.put('chaos/schedule/it', kill);
      const controller = await startController(place.options('one'), place.nomad);
      await controller.line('its denial', ({ msg }) => /denied read \S+:chaos\/control\/halt/.test(msg));
      expect(await verdictOf(place)).toBe('aborted/halt_unreadable');
      const token = await cluster.call<{ Policies: string[] }>('/v1/acl/token/self', { token: place.nomad.token });
      await cluster.changePolicy(token.Policies[0] ?? '', controllerRights(place.namespace));
      await place.put('chaos/schedule/later', { fault: 'alloc-kill', target_job: 'web', every: '3s' });
      const later = await until('a later run', async () => {
        const status = await place.get('chaos/status/later');
        return status?.['last_verdict'] === 'passed' && status;
      });
      expect(later).toMatchObject({ last_verdict: 'passed' });
      expect(signalsOf(await place.allocations('web'))).toBe(1);
    });
  });
});

function rightsOf(namespace: string, { change, node = 'write' }: Missing): Rights {
  const whole = controllerRights(namespace).namespaces?.[namespace] ?? {};
  return { namespaces: { [namespace]: change(whole) }, node };
}

async function verdictOf(place: Place): Promise<string> {
  return verdictIn((await finishedRun(place, 60_000)).items);
}

function injected(controller: ControllerHandle): number {
  return controller.steps().filter(each => each.step === 'inject' && each.moment === 'before').length;
}
