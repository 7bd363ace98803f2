/** How much of a set of groups is out of service, and how much more a choice would take. */

import { groupHealth } from '../../cluster/health.ts';
import type { Candidate } from '../../faults/fault.ts';
import type { GateContext } from '../gate.ts';
import { harmedBy } from './harm.ts';
import { othersOf } from './reservation.ts';

export interface GroupRef {
  readonly namespace: string;
  readonly job: string;
  readonly group: string;
}

export interface Load {
  /** How many there should be. */
  readonly desired: number;
  /** Unhealthy or missing already. */
  readonly out: number;
  /** Healthy, and held by other open runs. */
  readonly held: number;
  /** Asked for by this run, and not held. */
  readonly asked: number;
}

/** All that would be out of service at once. */
export function total({ out, held, asked }: Load): number {
  return out + held + asked;
}

/**
 * The load on each group, in the order given. An allocation that another run holds counts once: as out of service when
 * it is unhealthy, as held when it is not.
 */
export function loadsOf(context: GateContext, groups: readonly GroupRef[]): readonly Load[] {
  const { chosen = [], beside = [] } = context;
  const harmsOf = (candidates: readonly Candidate[]) => candidates.flatMap(each => harmedBy(context, each));
  const harmed = [...harmsOf(chosen.filter(({ kind }) => kind !== 'group')), ...beside];
  // Of a group some are taken, whichever: those that others hold need not be among them.
  const some = harmsOf(chosen.filter(({ kind }) => kind === 'group'));
  const others = othersOf(context);
  const held = new Set(others.flatMap(({ allocs }) => allocs));
  const takes = others.flatMap(({ takes = [] }) => takes);
  const concerned = [...takes, ...harmed, ...some, ...[...held].flatMap(id => context.view.alloc(id) ?? [])];
  const jobs = new Set(concerned.map(({ job }) => job));
  return groups.map(ref => {
    const { desired: present, healthy, unhealthy } = groupHealth(context.view, ref.namespace, ref.job, ref.group);
    // Most groups of a namespace have nothing to do with it.
    if (!jobs.has(ref.job) || !concerned.some(each => sameGroup(each, ref)))
      return { desired: present, out: unhealthy, held: 0, asked: 0 };
    const takenHere = takes.filter(each => sameGroup(each, ref));
    const heldHere = [...held].filter(id => isIn(context, id, ref));
    const asked = new Set(harmed.filter(alloc => sameGroup(alloc, ref)).map(({ id }) => id));
    const anyOf = some.filter(alloc => sameGroup(alloc, ref)).length;
    const desired = Math.max(present, ...takenHere.map(({ of }) => of));
    const taken = takenHere.reduce((all, each) => all + each.taken, 0);
    const well = new Set(healthy.map(({ id }) => id));
    const named = [...asked].filter(id => !(held.has(id) && well.has(id))).length;
    const left = healthy.filter(({ id }) => !held.has(id)).length;
    return {
      desired,
      out: Math.max(unhealthy, heldHere.filter(id => !well.has(id)).length),
      held: heldHere.filter(id => well.has(id)).length + taken,
      asked: anyOf === 0 ? named : Math.max(named, Math.min(named + anyOf, left)),
    };
  });
}

/** Several groups as one. */
export function sum(loads: readonly Load[]): Load {
  return loads.reduce(
    (all, load) => ({
      desired: all.desired + load.desired,
      out: all.out + load.out,
      held: all.held + load.held,
      asked: all.asked + load.asked,
    }),
    { desired: 0, out: 0, held: 0, asked: 0 },
  );
}

/** Groups that the choice harms, in the order of choosing. */
export function groupsHarmed(context: GateContext): readonly GroupRef[] {
  const groups = new Map<string, GroupRef>();
  for (const { namespace, job, group } of (context.chosen ?? []).flatMap(candidate => harmedBy(context, candidate)))
    groups.set(JSON.stringify([namespace, job, group]), { namespace, job, group });
  return [...groups.values()];
}

function isIn({ view }: GateContext, id: string, ref: GroupRef): boolean {
  const alloc = view.alloc(id);
  return alloc !== undefined && sameGroup(alloc, ref);
}

function sameGroup(alloc: GroupRef, ref: GroupRef): boolean {
  return alloc.group === ref.group && alloc.job === ref.job && alloc.namespace === ref.namespace;
}
