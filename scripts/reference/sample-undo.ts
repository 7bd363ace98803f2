/** What a fault writes into `undo`, with words in capitals for what differs from run to run. */

import { jobView } from '../../src/cluster/objects.ts';
import type { JobView, NodeView, RegionView } from '../../src/cluster/types.ts';
import { createView } from '../../src/cluster/view.ts';
import type { AnyFault, Candidate, Json, TargetKind, TargetRef } from '../../src/faults/fault.ts';
import { targetLine } from '../../src/lifecycle/target.ts';

/** One line of `undo`, and what was planned for it. */
export interface SampleUndo {
  readonly line: string;
  readonly target: TargetRef;
  readonly undo: { readonly op: string; readonly args: { readonly [key: string]: Json } };
}

const group = { Name: 'GROUP', Count: 3, Tasks: [{ Name: 'TASK', Driver: 'docker' }] };
const body = { ID: 'JOB', Name: 'JOB', Namespace: 'NAMESPACE', Type: 'service', Status: 'running', Version: 4 };
const job = jobView({ ...body, TaskGroups: [group], ModifyIndex: 9, JobModifyIndex: 9 }, each => each) as JobView;

const node: NodeView = {
  id: 'NODE',
  name: 'NODE',
  datacenter: '',
  nodeClass: '',
  nodePool: '',
  status: 'ready',
  eligible: true,
  draining: false,
  modifyIndex: 9,
};
const region: RegionView = { name: 'REGION', paused: false, configuration: {}, modifyIndex: 9 };
const about = { id: 'DEPLOYMENT', namespace: 'NAMESPACE', job: 'JOB', jobVersion: 4, status: 'running' };
const deployment = { ...about, createIndex: 9, modifyIndex: 9 };

const candidates: { readonly [K in TargetKind]?: Candidate } = {
  node: { kind: 'node', node },
  group: { kind: 'group', job, group: job.groups[0] as JobView['groups'][number] },
  job: { kind: 'job', job },
  deployment: { kind: 'deployment', job, deployment },
  region: { kind: 'region', region },
};

/** In the order in which a fault does it; none where it leaves nothing in force. */
export function sampleUndos(fault: AnyFault): readonly SampleUndo[] {
  if (fault.undo === undefined) return [];
  const candidate = candidates[fault.targetKind];
  if (candidate === undefined) throw new Error(`${fault.name}: there is no sample of a ${fault.targetKind}`);
  const params: unknown = fault.parameters.parse({});
  return fault.plan(candidate, { params, view: createView(), run: 'RUN' }).flatMap(({ target, undo }, i) => {
    if (undo === undefined) return [];
    const args = Object.fromEntries(Object.entries(undo.args).map(([key, value]) => [key, wordFor(key, value)]));
    const written = { i, fault: fault.name, target: targetLine(target), op: undo.op, args, state: 'pending' };
    return [
      { line: JSON.stringify(written).replaceAll(/"([A-Z]+)"(?=[,}])/g, bare), target, undo: { op: undo.op, args } },
    ];
  });
}

/** Names are words in capitals already; numbers and names that are made become such a word; truths stay. */
function wordFor(key: string, value: Json): Json {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' && /^[A-Z]+$/.test(value) ? value : key.toUpperCase();
}

const numbers = new Set(['COUNT', 'OURS', 'VERSION']);

/** Numbers stand without quotes. */
function bare(quoted: string, word: string): string {
  return numbers.has(word) ? word : quoted;
}
