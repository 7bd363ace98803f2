/**
 * Views of Nomad's own objects. What comes in is not trusted: an object without its id, its index or a word that
 * decisions rest on is answered with undefined, and what else is missing gets the value that promises least.
 */

import type { RescheduleEvent, ReschedulePolicy, RestartPolicy } from '../nomad/types.ts';
import type { Intern } from './interner.ts';
import { nodeFacts } from './node-facts.ts';
import { instantOf, msOf, taskViews } from './task-view.ts';
import type { AllocView, DeploymentView, GroupView, JobView, NodeView, TaskDefinition } from './types.ts';
import { amount, type Fields, fields, items, text, texts, word } from './untrusted.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const noReschedules: readonly RescheduleEvent[] = [];
const noTasks: AllocView['tasks'] = {};
const noFacts: ReadonlySet<string> = new Set();

/** An allocation of a list or an event. `held` fills in what that form leaves out: task states, the previous one. */
export function allocView(value: unknown, intern: Intern, held?: AllocView): AllocView | undefined {
  const from = fields(value);
  const id = text(from?.['ID']);
  const namespace = text(from?.['Namespace']);
  const job = text(from?.['JobID']);
  const group = text(from?.['TaskGroup']);
  const desired = word(from?.['DesiredStatus'], ['run', 'stop', 'evict']);
  const modifyIndex = amount(from?.['ModifyIndex']);
  if (from === undefined || id === undefined || namespace === undefined || job === undefined) return undefined;
  if (group === undefined || desired === undefined || modifyIndex === undefined) return undefined;
  const view: Mutable<AllocView> = {
    id: held?.id ?? id,
    name: held?.name ?? text(from['Name']) ?? id,
    namespace: intern(namespace),
    job: intern(job),
    jobVersion: amount(from['JobVersion']) ?? held?.jobVersion ?? 0,
    group: intern(group),
    node: intern(text(from['NodeID']) ?? held?.node ?? ''),
    nodeName: intern(text(from['NodeName']) ?? held?.nodeName ?? ''),
    desired,
    client: word(from['ClientStatus'], ['pending', 'running', 'complete', 'failed', 'lost']) ?? 'unknown',
    migrating: fields(from['DesiredTransition'])?.['Migrate'] === true,
    reschedules: rescheduleEvents(fields(from['RescheduleTracker'])?.['Events'], intern),
    tasks: taskViews(from['TaskStates'], intern) ?? held?.tasks ?? noTasks,
    createIndex: amount(from['CreateIndex']) ?? held?.createIndex ?? 0,
    modifyIndex,
    createTime: msOf(from['CreateTime']) ?? held?.createTime ?? 0,
    modifyTime: msOf(from['ModifyTime']) ?? held?.modifyTime ?? 0,
  };
  const healthy = fields(from['DeploymentStatus'])?.['Healthy'];
  if (typeof healthy === 'boolean') view.healthy = healthy;
  const previous = text(from['PreviousAllocation']) ?? held?.previous;
  if (previous !== undefined) view.previous = previous;
  const next = text(from['NextAllocation']);
  if (next !== undefined) view.next = next;
  return view;
}

function rescheduleEvents(value: unknown, intern: Intern): readonly RescheduleEvent[] {
  const events = items(value).flatMap(each => {
    const event = fields(each);
    const time = amount(event?.['RescheduleTime']);
    if (time === undefined) return [];
    const node = text(event?.['PrevNodeID']);
    const alloc = text(event?.['PrevAllocID']);
    return [
      {
        RescheduleTime: time,
        ...(alloc === undefined ? {} : { PrevAllocID: alloc }),
        ...(node === undefined ? {} : { PrevNodeID: intern(node) }),
      },
    ];
  });
  return events.length === 0 ? noReschedules : events;
}

/** A job as a read or an event gives it; a list's stub has no groups and is none. */
export function jobView(value: unknown, intern: Intern): JobView | undefined {
  const from = fields(value);
  const id = text(from?.['ID']);
  const namespace = text(from?.['Namespace']);
  const type = word(from?.['Type'], ['service', 'batch', 'system', 'sysbatch']);
  const modifyIndex = amount(from?.['ModifyIndex']);
  if (from === undefined || id === undefined || namespace === undefined) return undefined;
  if (type === undefined || modifyIndex === undefined || !Array.isArray(from['TaskGroups'])) return undefined;
  const tag = text(fields(from['VersionTag'])?.['Name']);
  return {
    namespace: intern(namespace),
    id: intern(id),
    type,
    status: intern(text(from['Status']) ?? ''),
    stop: from['Stop'] === true,
    version: amount(from['Version']) ?? 0,
    ...(tag === undefined ? {} : { tag }),
    isTemplate: fields(from['Periodic']) !== undefined || fields(from['ParameterizedJob']) !== undefined,
    meta: Object.fromEntries(texts(from['Meta'])),
    groups: items(from['TaskGroups']).flatMap(group => groupView(fields(group), intern)),
    submitTime: msOf(from['SubmitTime']) ?? 0,
    createIndex: amount(from['CreateIndex']) ?? 0,
    modifyIndex,
    jobModifyIndex: amount(from['JobModifyIndex']) ?? modifyIndex,
  };
}

function groupView(from: Fields | undefined, intern: Intern): readonly GroupView[] {
  const name = text(from?.['Name']);
  if (from === undefined || name === undefined) return [];
  const restart = restartPolicy(from['RestartPolicy']);
  const reschedule = reschedulePolicy(from['ReschedulePolicy']);
  const scaling = fields(from['Scaling']);
  const bounds = { min: amount(scaling?.['Min']) ?? 0, max: amount(scaling?.['Max']) ?? Number.MAX_SAFE_INTEGER };
  return [
    {
      name: intern(name),
      count: amount(from['Count']) ?? 1,
      ...(hasVolumes(from['Volumes']) ? { hasVolumes: true } : {}),
      ...(scaling === undefined ? {} : { scaling: bounds }),
      tasks: items(from['Tasks']).flatMap(task => taskDefinition(fields(task), intern)),
      ...(restart === undefined ? {} : { restart }),
      ...(reschedule === undefined ? {} : { reschedule }),
    },
  ];
}

function hasVolumes(value: unknown): boolean {
  return Object.keys(fields(value) ?? {}).length > 0;
}

function taskDefinition(from: Fields | undefined, intern: Intern): readonly TaskDefinition[] {
  const name = text(from?.['Name']);
  if (from === undefined || name === undefined) return [];
  const lifecycle = fields(from['Lifecycle']);
  const hook = word(lifecycle?.['Hook'], ['prestart', 'poststart', 'poststop']);
  const restart = restartPolicy(from['RestartPolicy']);
  return [
    {
      name: intern(name),
      driver: intern(text(from['Driver']) ?? ''),
      sidecar: lifecycle?.['Sidecar'] === true,
      ...(hook === undefined ? {} : { hook }),
      ...(restart === undefined ? {} : { restart }),
    },
  ];
}

function restartPolicy(value: unknown): RestartPolicy | undefined {
  const from = fields(value);
  const mode = word(from?.['Mode'], ['fail', 'delay']);
  const attempts = amount(from?.['Attempts']);
  if (mode === undefined || attempts === undefined) return undefined;
  return {
    Attempts: attempts,
    Interval: amount(from?.['Interval']) ?? 0,
    Delay: amount(from?.['Delay']) ?? 0,
    Mode: mode,
  };
}

function reschedulePolicy(value: unknown): ReschedulePolicy | undefined {
  const from = fields(value);
  if (from === undefined) return undefined;
  const delayFunction = text(from['DelayFunction']);
  const maxDelay = amount(from['MaxDelay']);
  return {
    Attempts: amount(from['Attempts']) ?? 0,
    Interval: amount(from['Interval']) ?? 0,
    Delay: amount(from['Delay']) ?? 0,
    Unlimited: from['Unlimited'] === true,
    ...(delayFunction === undefined ? {} : { DelayFunction: delayFunction }),
    ...(maxDelay === undefined ? {} : { MaxDelay: maxDelay }),
  };
}

/**
 * A node of a list, a read or an event, with those of its attributes and meta that are asked for (`facts`). `held` fills
 * in what a list does not give: the signals, and the facts where it is of the same state.
 */
export function nodeView(
  value: unknown,
  intern: Intern,
  { held, facts: asked = noFacts }: { readonly held?: NodeView | undefined; readonly facts?: ReadonlySet<string> } = {},
): NodeView | undefined {
  const from = fields(value);
  const id = text(from?.['ID']);
  const status = word(from?.['Status'], ['initializing', 'ready', 'down', 'disconnected']);
  const eligibility = word(from?.['SchedulingEligibility'], ['eligible', 'ineligible']);
  const modifyIndex = amount(from?.['ModifyIndex']);
  if (from === undefined || id === undefined) return undefined;
  if (status === undefined || eligibility === undefined || modifyIndex === undefined) return undefined;
  const signals = text(fields(from['Attributes'])?.['os.signals'])?.split(',').map(intern) ?? held?.signals;
  const joinedAt = joinedOf(from) ?? held?.joinedAt;
  const facts = nodeFacts(from, asked, intern, held?.modifyIndex === modifyIndex ? held.facts : undefined);
  const lastDrain = fields(from['LastDrain']);
  const drainStartedAt = instantOf(lastDrain?.['StartedAt']);
  const drainStatus = text(lastDrain?.['Status']);
  const drainAccessor = text(lastDrain?.['AccessorID']);
  const drainRun = text(fields(lastDrain?.['Meta'])?.['sirocco_run']);
  return {
    id: intern(id),
    name: intern(text(from['Name']) ?? id),
    datacenter: intern(text(from['Datacenter']) ?? ''),
    nodeClass: intern(text(from['NodeClass']) ?? ''),
    nodePool: intern(text(from['NodePool']) ?? 'default'),
    status,
    eligible: eligibility === 'eligible',
    draining: from['Drain'] === true || fields(from['DrainStrategy']) !== undefined,
    ...(signals === undefined ? {} : { signals }),
    ...(facts === undefined ? {} : { facts }),
    ...(joinedAt === undefined ? {} : { joinedAt }),
    ...(drainStartedAt === undefined ? {} : { drainStartedAt }),
    ...(drainStatus === undefined ? {} : { drainStatus: intern(drainStatus) }),
    ...(drainRun === undefined ? {} : { drainRun }),
    ...(drainAccessor === undefined ? {} : { drainAccessor: intern(drainAccessor) }),
    createIndex: amount(from['CreateIndex']) ?? 0,
    modifyIndex,
  };
}

/** From a node's own events, of which Nomad keeps the last ten; a list gives none. */
function joinedOf(from: Fields): number | undefined {
  const first = fields(items(from['Events'])[0]);
  return first?.['Message'] === 'Node registered' ? instantOf(first['Timestamp']) : undefined;
}

/** A deployment of a list or an event. */
export function deploymentView(value: unknown, intern: Intern): DeploymentView | undefined {
  const from = fields(value);
  const id = text(from?.['ID']);
  const namespace = text(from?.['Namespace']);
  const job = text(from?.['JobID']);
  const status = text(from?.['Status']);
  const modifyIndex = amount(from?.['ModifyIndex']);
  if (id === undefined || namespace === undefined || job === undefined) return undefined;
  if (status === undefined || modifyIndex === undefined) return undefined;
  const createTime = msOf(from?.['CreateTime']);
  return {
    id,
    namespace: intern(namespace),
    job: intern(job),
    jobVersion: amount(from?.['JobVersion']) ?? 0,
    status: intern(status),
    ...(createTime === undefined || createTime === 0 ? {} : { createTime }),
    createIndex: amount(from?.['CreateIndex']) ?? 0,
    modifyIndex,
  };
}
