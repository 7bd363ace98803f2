/** What every fault of the list must keep, whatever it does. */

import { describe, expect, it } from 'vitest';
import { alloc, id, job, node } from '../cluster/nomad.fixture.ts';
import { createView } from '../cluster/view.ts';
import { targetLine } from '../lifecycle/target.ts';
import { parametersOf, reservedParameters } from '../spec/parameters.ts';
import { catalogOf } from './catalog.ts';
import type { AnyFault, Candidate, Planned, TargetKind, TargetRef } from './fault.ts';
import { faults } from './index.ts';

/** Bytes of one line of a record's `undo`, in its frozen form. */
const undoLineLimit = 160;

/** One job under way, with a service, on three nodes. */
function world() {
  const view = createView();
  view.applyJob(job());
  const deployment = { ID: id(70), Namespace: 'default', JobID: 'web', Status: 'running', ModifyIndex: 100 };
  view.applyDeployments('default', 'web', [deployment], 200);
  const service = { ID: '_nomad-task-0', ServiceName: 'web', AllocID: id(0), NodeID: id(900), ModifyIndex: 100 };
  view.applyServices('default', 'web', [service], 200);
  view.applyVersions('default', 'web', [{ Version: 0 }], 200);
  view.applyScheduler('global', { SchedulerConfig: { PauseEvalBroker: false, ModifyIndex: 5 } }, 200);
  view.applyAllocs('default', 'web', [alloc(0), alloc(1), alloc(2)], 200);
  view.applyNodes([node(0), node(1), node(2)], 200);
  return view;
}

type World = ReturnType<typeof world>;

const webIn = (view: World) => view.jobsIn('default');

/** Every candidate of a kind that the view holds. */
const candidatesOf: { readonly [K in TargetKind]: (view: World) => readonly Candidate[] } = {
  allocation: view => view.allocsOf('default', 'web').map(alloc => ({ kind: 'allocation', alloc })),
  node: view => view.nodes().map(each => ({ kind: 'node', node: each })),
  group: view => webIn(view).flatMap(each => each.groups.map(group => ({ kind: 'group', job: each, group }) as const)),
  job: view => webIn(view).map(each => ({ kind: 'job', job: each })),
  deployment: view =>
    webIn(view).flatMap(each => {
      const deployment = view.deployment('default', 'web');
      return deployment === undefined ? [] : [{ kind: 'deployment', job: each, deployment } as const];
    }),
  service: view =>
    webIn(view).flatMap(each =>
      (view.services('default', 'web')?.services ?? []).map(
        service => ({ kind: 'service', job: each, service }) as const,
      ),
    ),
  region: view => {
    const region = view.region();
    return region === undefined ? [] : [{ kind: 'region', region }];
  },
};

function candidatesFor(fault: AnyFault, view = world()): readonly Candidate[] {
  return candidatesOf[fault.targetKind](view);
}

function plansFor(fault: AnyFault, view = world()): readonly (readonly [Candidate, Planned])[] {
  const context = { params: fault.parameters.parse({}), view };
  return candidatesFor(fault, view).flatMap(candidate =>
    fault.plan(candidate, context).map((planned): [Candidate, Planned] => [candidate, planned]),
  );
}

const ofJob = { namespace: '<namespace>', job: '<job>' };
const targets: { readonly [K in TargetKind]: Extract<TargetRef, { kind: K }> } = {
  node: { kind: 'node', node: '<node id>', name: '<node>' },
  allocation: { kind: 'allocation', ...ofJob, group: '<group>', alloc: '<allocation id>', node: '<node id>' },
  group: { kind: 'group', ...ofJob, group: '<group>' },
  job: { kind: 'job', ...ofJob },
  deployment: { kind: 'deployment', ...ofJob, deployment: '<deployment id>' },
  service: { kind: 'service', ...ofJob, service: '<service>', id: '<id>', alloc: '<allocation id>' },
  region: { kind: 'region', region: '<region>' },
};

/** What must be among a fault's rights. */
const scopeOf = (kind: TargetKind) => (kind === 'node' ? 'node' : kind === 'region' ? 'operator' : 'namespace');

describe('the list of faults', () => {
  it('is sorted, and its names are words that users can write', () => {
    const names = faults.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
  });

  it('makes a catalogue, and refuses a name twice', () => {
    expect([...catalogOf(faults).keys()]).toEqual(faults.map(({ name }) => name));
    expect(() => catalogOf([...faults, ...faults.slice(0, 1)])).toThrow(RangeError);
  });

  it('has no parameter of the name of a flat key', () => {
    expect(reservedParameters(catalogOf(faults))).toEqual([]);
  });
});

describe.each(faults.map(fault => [fault.name, fault] as const))('%s', (_, fault) => {
  it('explains itself: a summary of one sentence, help for each parameter', () => {
    expect(fault.summary).toMatch(/^[A-Z].{10,110}\.$/);
    for (const each of parametersOf(fault)) {
      expect(each.name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(each.help ?? '').toMatch(/\.$/);
    }
  });

  it('refuses a parameter that it does not know, and needs none', () => {
    expect(fault.parameters.safeParse({}).success).toBe(true);
    expect(fault.parameters.safeParse({ surely_unknown: '1' }).success).toBe(false);
  });

  it('names its rights', () => {
    expect(fault.permissions.length).toBeGreaterThan(0);
    const scopes = new Set(fault.permissions.map(({ scope }) => scope));
    expect(scopes.has(scopeOf(fault.targetKind))).toBe(true);
  });

  it('has a line to undo it by hand, for any target', () => {
    for (const target of Object.values(targets)) {
      const line = fault.byHand(target);
      expect(line).toMatch(/\S/);
      expect(line).not.toMatch(/\n|undefined/);
    }
    const heals = fault.undoClass === 'none' || fault.undoClass === 'by-nomad';
    expect(fault.byHand(targets[fault.targetKind])).toMatch(heals ? /^nothing to undo/ : /^nomad /);
  });

  it('has an undo exactly where its class says so, and lasts only with one', () => {
    const undoes = fault.undoClass === 'inverse';
    expect(fault.undo !== undefined).toBe(undoes);
    if (fault.lasts) expect(undoes).toBe(true);
    for (const [, planned] of plansFor(fault)) expect(planned.undo !== undefined).toBe(undoes);
  });

  it('says how its target comes back where the target ends', () => {
    const ending = plansFor(fault).some(([, { call }]) => call.op === 'alloc-signal' || call.op === 'alloc-stop');
    expect(fault.comesBack !== undefined).toBe(ending);
  });

  it('plans at least one call for a candidate that it does not exclude, and none for the other kind', () => {
    const view = world();
    const context = { params: fault.parameters.parse({}), view };
    for (const candidate of candidatesFor(fault, view)) {
      expect(fault.exclude?.(candidate, context)).toBeUndefined();
      expect(fault.plan(candidate, context).length).toBeGreaterThan(0);
    }
    for (const [kind, all] of Object.entries(candidatesOf)) {
      const other = all(view)[0];
      if (other === undefined) throw new Error(`no candidate of kind ${kind}`);
      if (kind === fault.targetKind) continue;
      expect(fault.plan(other, context)).toEqual([]);
      expect(fault.exclude?.(other, context)).toMatch(/\S/);
    }
  });

  it('hits the candidate and nothing else', () => {
    for (const [candidate, { target, call }] of plansFor(fault)) {
      // A fault on a group may hit its allocations one by one.
      expect([candidate.kind, candidate.kind === 'group' ? 'allocation' : '']).toContain(target.kind);
      if (candidate.kind === 'node') {
        expect(target).toMatchObject({ kind: 'node', node: candidate.node.id });
        expect(call).toMatchObject({ node: candidate.node.id });
      } else if (candidate.kind === 'allocation') {
        const { namespace, job: of, group, id: alloc } = candidate.alloc;
        expect(target).toMatchObject({ namespace, job: of, group, alloc });
        expect(call).toMatchObject({ namespace, alloc });
      } else if (candidate.kind !== 'region') {
        const { namespace, id: of } = candidate.job;
        expect(target).toMatchObject({ namespace, job: of });
        expect(call).toMatchObject({ namespace });
        const own = { group: 'cache', deployment: id(70), id: '_nomad-task-0' };
        for (const [key, value] of Object.entries(own))
          if (key in target) expect(target).toMatchObject({ [key]: value });
      }
    }
  });

  it('plans the same from the same view, as plain JSON', () => {
    const plans = plansFor(fault);
    expect(plansFor(fault)).toEqual(plans);
    expect(JSON.parse(JSON.stringify(plans.map(([, planned]) => planned)))).toEqual(
      plans.map(([, planned]) => planned),
    );
  });

  it('sends a call that has no token only once', () => {
    const once = new Set(['alloc-signal', 'alloc-restart', 'job-stop']);
    for (const [, { call, sending }] of plansFor(fault))
      expect(sending).toBe(once.has(call.op) ? 'once' : 'repeatable');
  });

  it('fits its undo into the frozen line', () => {
    for (const [, { undo, target }] of plansFor(fault)) {
      if (undo === undefined) continue;
      const line = JSON.stringify({
        i: 999,
        fault: fault.name,
        target: targetLine(target),
        ...undo,
        state: 'unreachable',
      });
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(undoLineLimit);
    }
  });

  it('sees no effect right after planning, nor where the target is gone', () => {
    const view = world();
    for (const [, planned] of plansFor(fault, view)) {
      for (const intent of [planned, { ...planned, answeredIndex: 201 }]) {
        expect(fault.observe(intent, view)).toMatchObject({ seen: false, why: expect.stringMatching(/\S/) });
        expect(fault.observe(intent, createView())).toMatchObject({ seen: false, why: expect.stringMatching(/\S/) });
      }
    }
  });

  it('does not call a target that can’t be seen undone', () => {
    for (const [, planned] of plansFor(fault)) {
      const decision = fault.undo?.({ ...planned, answeredIndex: 201 }, createView(), 'run');
      expect(decision?.kind ?? 'unreachable').toBe('unreachable');
    }
  });

  it('is not misled by an intent of another kind', () => {
    const view = world();
    const others = faults.filter(each => each !== fault).flatMap(each => plansFor(each, view));
    for (const [, planned] of others) expect(fault.observe(planned, view).seen).toBe(false);
    expect(view.alloc(id(0))).toBeDefined();
  });
});
