/** Evaluations: the reason why the scheduler looks at a job, and what came of it. */

import { nextId } from './ids.ts';
import { refreshJob } from './job-status.ts';
import { putEval } from './records.ts';
import { addTimer } from './timers.ts';
import type { Cluster, EvalRecord } from './types.ts';
import { commit, nanoseconds, timestamp, type Write } from './write.ts';

/** How long a real scheduler takes to begin with an evaluation, roughly. */
const pickedUpAfterMs = 3;

export interface NewEval {
  readonly namespace: string;
  readonly job: string;
  readonly type: string;
  readonly priority: number;
  readonly trigger: string;
  readonly jobModifyIndex?: number;
  readonly deployment?: string;
  readonly node?: string;
  readonly previous?: string;
  /** Wall milliseconds; the scheduler begins then. */
  readonly waitUntil?: number;
  /** Milliseconds before the scheduler begins, besides its own. */
  readonly delayMs?: number;
  readonly blocked?: Pick<EvalRecord, 'FailedTGAllocs'>;
}

/** Makes an evaluation within a write. The scheduler begins with it a moment later, unless it is blocked. */
export function createEval(write: Write, ask: NewEval): EvalRecord {
  const { cluster } = write;
  const evaluation: EvalRecord = {
    ID: nextId(cluster.ids),
    Namespace: ask.namespace,
    JobID: ask.job,
    Type: ask.type,
    Priority: ask.priority,
    TriggeredBy: ask.trigger,
    Status: ask.blocked === undefined ? 'pending' : 'blocked',
    ...(ask.blocked === undefined
      ? {}
      : { ...ask.blocked, StatusDescription: 'created to place remaining allocations' }),
    ...(ask.jobModifyIndex === undefined ? {} : { JobModifyIndex: ask.jobModifyIndex }),
    ...(ask.deployment === undefined ? {} : { DeploymentID: ask.deployment }),
    ...(ask.node === undefined ? {} : { NodeID: ask.node }),
    ...(ask.previous === undefined ? {} : { PreviousEval: ask.previous }),
    ...(ask.waitUntil === undefined ? {} : { WaitUntil: timestamp(ask.waitUntil) }),
    CreateIndex: write.index,
    ModifyIndex: write.index,
    CreateTime: write.time,
    ModifyTime: write.time,
  };
  putEval(write, evaluation);
  refreshJob(write, ask.namespace, ask.job);
  if (ask.blocked === undefined)
    scheduleEval(cluster, evaluation.ID, Math.max(ask.waitUntil ?? 0, cluster.now) + (ask.delayMs ?? 0));
  return evaluation;
}

/** The same in a write of its own. */
export function createEvalNow(cluster: Cluster, ask: NewEval): EvalRecord {
  let made: EvalRecord | undefined;
  commit(cluster, 'EvaluationUpdated', write => {
    made = createEval(write, ask);
  });
  if (made === undefined) throw new Error('a commit runs its change at once');
  return made;
}

function scheduleEval(cluster: Cluster, id: string, from: number): void {
  addTimer(cluster.timers, from + pickedUpAfterMs, () => {
    if (cluster.tables.scheduler.PauseEvalBroker) cluster.heldEvals.add(id);
    else cluster.processEval(cluster, id);
  });
}

/** Takes up what came due while the scheduler was paused, and what waits for room. */
export function resumeEvals(cluster: Cluster): void {
  const held = [...cluster.heldEvals];
  cluster.heldEvals.clear();
  for (const id of held) scheduleEval(cluster, id, cluster.now);
  unblockEvals(cluster);
}

/** Writes a changed evaluation. */
export function updateEval(write: Write, evaluation: EvalRecord, change: Partial<EvalRecord>): EvalRecord {
  const next: EvalRecord = {
    ...evaluation,
    ...change,
    ModifyIndex: write.index,
    ModifyTime: nanoseconds(write.cluster.now),
  };
  putEval(write, next);
  return next;
}

/** Lets blocked evaluations try again, all of them in one write: capacity came free. */
export function unblockEvals(cluster: Cluster): void {
  const { blockedEvals, evals, scheduler } = cluster.tables;
  if (blockedEvals.size === 0 || scheduler.PauseEvalBroker) return;
  const blocked = [...blockedEvals].flatMap(id => evals.get(id) ?? []);
  commit(cluster, 'EvaluationUpdated', write => {
    for (const evaluation of blocked) {
      const { StatusDescription: _, ...rest } = evaluation;
      putEval(write, { ...rest, Status: 'pending', ModifyIndex: write.index, ModifyTime: write.time });
      scheduleEval(cluster, evaluation.ID, cluster.now);
    }
  });
}
