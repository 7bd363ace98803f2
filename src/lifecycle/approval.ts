/** Somebody's word that a run may go on: it names what was looked at, and holds for nothing else. */

import { sha256Base32 } from '../base/ids.ts';
import type { Intent, Run } from './run.ts';
import { targetName } from './target.ts';

export interface Approval {
  readonly specHash: string;
  /** `targetsKey` of what was approved. */
  readonly targets: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Id of the request that gave it, in home. */
  readonly request: string;
  readonly reason?: string;
}

/** A run that waits in `limited` for somebody's word. */
export interface Waiting {
  readonly reason: string;
  readonly message: string;
  /** `targetsKey` of what it would hit. */
  readonly targets: string;
  readonly since: number;
}

/** `void`: it was for another spec or other targets. */
export type ApprovalState = 'none' | 'void' | 'given';

/** What stands for all that some intents would hit, in no order: sixteen base32 characters of a hash. */
export function targetsKey(intents: readonly Intent[]): string {
  const names = intents.map(({ target }) => JSON.stringify([targetName(target), Object.values(target).sort()]));
  return sha256Base32([...new Set(names)].sort().join('\n'), 16);
}

/**
 * Whether a run may hit what it has chosen. Once its harm began the word holds to its end: later steps of the method
 * choose anew, as the spec that was approved says.
 */
export function approvalState(run: Pick<Run, 'approval' | 'specHash' | 'intents'>): ApprovalState {
  const { approval, intents } = run;
  if (approval === undefined) return 'none';
  if (approval.specHash !== run.specHash) return 'void';
  const isBegun = intents.some(({ state }) => state !== 'planned');
  return isBegun || approval.targets === targetsKey(intents) ? 'given' : 'void';
}
