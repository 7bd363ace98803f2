/** What most tests of the fold begin with, and the ways in which a call can fail. */

import type { AnyFault } from '../faults/fault.ts';
import type { RefusedReason } from '../nomad/types.ts';
import type { Items, Puppet } from './puppet.fixture.ts';
import type { Parts } from './step.ts';
import type { Answer } from './types.ts';
import { createWorld, home, type Member, type World } from './world.fixture.ts';

/** Limits that stand in nobody's way. */
export const wideLimits: Items = {
  max_group_percent: '100',
  max_namespace_percent: '100',
  max_nodes_percent: '100',
  min_interval_per_job: '0s',
};

export const limitsPath = 'chaos/control/limits';
export const haltPath = 'chaos/control/halt';

export interface Scene {
  readonly world: World;
  readonly nomad: Puppet;
  readonly node: string;
}

/** Job `web` of four, one node, and limits, which nobody looks at yet. */
export function anEmptyScene(
  faults: readonly AnyFault[],
  limits: Items = wideLimits,
  parts: Partial<Parts> = {},
): Scene {
  const world = createWorld(faults, parts);
  const node = world.nomad.addNode(1);
  world.nomad.addJob('web', 4);
  world.nomad.put(home, limitsPath, limits);
  return { world, nomad: world.nomad, node };
}

/** The same, led for three seconds by a controller. */
export function aScene(
  faults: readonly AnyFault[],
  limits?: Items,
  parts?: Partial<Parts>,
): Scene & { readonly member: Member } {
  const scene = anEmptyScene(faults, limits, parts);
  const member = scene.world.start();
  scene.world.pass(3_000);
  return { ...scene, member };
}

export const killWeb: Items = { fault: 'alloc-kill', target_job: 'web', at: 'now' };
export const stopWeb: Items = { fault: 'alloc-stop', target_job: 'web', at: 'now' };
/** Every twenty seconds, first in twenty. */
export const killWebOften: Items = { fault: 'alloc-kill', target_job: 'web', every: '20s' };

/** Makes node `n1` ineligible for ten seconds, from now. */
export function disableNode(over: Items = {}): Items {
  return { fault: 'node-ineligible', target_node: 'n1', at: 'now', duration: '10s', ...over };
}

export function refused(reason: RefusedReason, message = 'no'): Answer {
  return { kind: 'refused', reason, message };
}

export const noLeader = refused('no-leader', 'No cluster leader');
export const denied = refused('denied', 'Permission denied');
export const ambiguous: Answer = { kind: 'ambiguous', message: 'no answer in time' };
