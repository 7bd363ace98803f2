/** Nomad's own words, and which of them say that a call had no effect. */

import type { NomadRequest, RefusedReason } from './types.ts';

type Rule = readonly [RefusedReason, RegExp];

/**
 * Words of a 500 that come before anything is done. They are matched whole, after the `rpc error: ` of each hop: with
 * more around them (several errors of one call, a driver's own words) the call may have had a part of its effect.
 */
const rules: readonly Rule[] = [
  ['denied', /^(?:Permission denied|ACL token (?:not found|expired|is invalid))$/],
  ['not-found', /^Unknown (?:allocation|node|job|deployment|evaluation)\b[^:\n]*$/],
  ['not-found', /^(?:alloc|allocation|node|job|deployment) not found$/],
  ['not-found', /^job "[^"]*"(?: in namespace "[^"]*")?(?: (?:at )?version \d+)? not found$/],
  ['not-found', /^tag "[^"]*" not found on job "[^"]*"$/],
  ['not-found', /^service registration not found$/],
  ['error', /^tag "[^"]*" already exists on a different version of job "[^"]*"$/],
  ['unreachable', /^(?:failed to get conn|failed to start stream|session open): /],
  ['unreachable', /^No path to (?:node|region)$/],
  ['no-leader', /^(?:No cluster leader|Not ready to serve consistent reads)$/],
  ['error', /^Task not (?:running|found)$/],
  ['error', /^(?:Could not find task runner for task: |unknown task name ")/],
  ['error', /^task name cannot be set when restarting all tasks$/],
  ['error', /^restart of an alloc that should not run$/],
  ['error', /^can not set node's scheduling eligibility to eligible while it is draining$/],
  ['error', /^invalid scheduling eligibility "/],
  ['error', /^Enforcing job modify index \d+: /],
  ['error', /^Current job has version \d+; enforcing version \d+$/],
  ['error', /^can't revert to current version$/],
  ['error', /^job scaling blocked due to active deployment$/],
  ['error', /^can't (?:cancel|fail|pause|promote|resume|unblock|run) terminal deployment$/],
  ['error', /^Payload exceeds maximum size; /],
  ['error', /^Dispatch request included unpermitted metadata keys: /],
  ['invalid', /^(?:alloc|node|job|deployment|eval) lookup failed: index error: /],
];

/** Raft's words for an entry that it did not take. A call of several entries may hear them after its first was applied. */
const notTaken = /^(?:raft apply failed: )?(?:leadership transfer in progress|node is not the leader)$/;

/** Calls whose whole effect is one Raft entry, or none. */
const oneEntry = /^\/v1\/(?:var\/|allocation\/[^/]+\/stop$|client\/)/;

/** Why a 500 with these words surely had no effect; undefined: it may have had one. */
export function refusalOf(request: Pick<NomadRequest, 'method' | 'path'>, words: string): RefusedReason | undefined {
  const bare = words.replace(/^(?:rpc error: )+/, '');
  if (notTaken.test(bare)) return request.method === 'GET' || oneEntry.test(request.path) ? 'no-leader' : undefined;
  return rules.find(([, pattern]) => pattern.test(bare))?.[0];
}
