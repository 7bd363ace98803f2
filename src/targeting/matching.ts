/** What a target's patterns match, by the kind of target. One entry a kind. */

import { isGlob } from '../base/glob.ts';
import type { AllocView, JobView } from '../cluster/types.ts';
import type { Candidate, TargetKind } from '../faults/fault.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import type { Question } from './candidates.ts';
import { byText } from './order.ts';
import type { Patterns } from './patterns.ts';

interface Kind<C extends Candidate> {
  match(question: Question, wanted: Patterns): readonly C[];
  /** Why one that matched can't be hit, in words. */
  unfit(candidate: C, question: Question, wanted: Patterns): string | undefined;
  /** What a job lacks of which nothing matched. */
  lacks(question: Question): string;
}

const kinds: { readonly [K in TargetKind]: Kind<Extract<Candidate, { kind: K }>> } = {
  allocation: {
    match: allocationsOf,
    unfit: ({ alloc }, question, wanted) => allocationUnfit(alloc, question, wanted),
    lacks: question => {
      const { view, namespace, target } = question;
      const some = view.jobsIn(namespace).some(job => view.allocsOf(namespace, job.id).length > 0);
      const service =
        target.service === undefined ? '' : ` with a service that matches target_service=${target.service}`;
      return some ? `allocation${inGroup(target)}${service}` : 'allocation';
    },
  },
  node: {
    match: nodesOf,
    unfit: ({ node }) => (node.status === 'ready' ? undefined : `the node is ${node.status}`),
    lacks: () => 'node',
  },
  group: {
    match: (question, wanted) =>
      jobsOf(question, wanted).flatMap(job =>
        job.groups.filter(({ name }) => wanted.group(name)).map(group => ({ kind: 'group', job, group }) as const),
      ),
    unfit: ({ job }) => stopped(job),
    lacks: ({ target }) => `group that matches target_group=${target.group ?? '*'}`,
  },
  job: {
    match: (question, wanted) => jobsOf(question, wanted).map(job => ({ kind: 'job', job })),
    unfit: ({ job }) => stopped(job),
    lacks: () => 'definition',
  },
  deployment: {
    match: (question, wanted) =>
      jobsOf(question, wanted).flatMap(job => {
        const deployment = question.view.deployment(question.namespace, job.id);
        return deployment === undefined ? [] : [{ kind: 'deployment', job, deployment } as const];
      }),
    unfit: ({ job }) => stopped(job),
    lacks: () => 'deployment',
  },
  service: {
    match: servicesOf,
    unfit: ({ service }, question, wanted) => {
      const alloc = question.view.alloc(service.alloc);
      if (alloc === undefined) return `its allocation ${service.alloc.slice(0, 8)} can not be seen`;
      return allocationUnfit(alloc, question, wanted);
    },
    lacks: ({ target }) => {
      const what =
        target.service === undefined ? 'in Nomad’s catalogue' : `that matches target_service=${target.service}`;
      return `service ${what}${inGroup(target)}`;
    },
  },
  region: {
    match: ({ view }) => {
      const region = view.region();
      return region === undefined ? [] : [{ kind: 'region', region }];
    },
    unfit: () => undefined,
    lacks: () => 'region',
  },
};

function inGroup({ group }: TargetSpec): string {
  return group === undefined ? '' : ` in target_group=${group}`;
}

/** How targets of a kind are found. */
export function kindOf(kind: TargetKind): Kind<Candidate> {
  return kinds[kind] as unknown as Kind<Candidate>;
}

/** Jobs that the patterns name. */
export function jobsOf({ view, namespace, target }: Question, wanted: Patterns): readonly JobView[] {
  if (wanted.empty) return [];
  if (target.job === undefined || isGlob(target.job)) return view.jobsIn(namespace).filter(job => wanted.job(job.id));
  const job = view.job(namespace, target.job);
  return job === undefined ? [] : [job];
}

type OnAllocation = Extract<Candidate, { kind: 'allocation' }>;

function allocationsOf(question: Question, wanted: Patterns): readonly OnAllocation[] {
  const { view, namespace, target } = question;
  const found: OnAllocation[] = [];
  for (const job of jobsOf(question, wanted)) {
    const registering =
      target.service === undefined ? undefined : new Set(servicesIn(question, wanted, job).map(each => each.alloc));
    for (const alloc of view.allocsOf(namespace, job.id))
      if (registering?.has(alloc.id) !== false && wanted.group(alloc.group)) found.push({ kind: 'allocation', alloc });
  }
  return found;
}

function servicesIn({ view, namespace }: Question, wanted: Patterns, job: JobView) {
  return (view.services(namespace, job.id)?.services ?? []).filter(({ name }) => wanted.service(name));
}

function servicesOf(question: Question, wanted: Patterns): readonly Extract<Candidate, { kind: 'service' }>[] {
  return jobsOf(question, wanted).flatMap(job =>
    servicesIn(question, wanted, job)
      .filter(({ alloc }) => wanted.group(question.view.alloc(alloc)?.group ?? ''))
      .map(service => ({ kind: 'service', job, service }) as const),
  );
}

function nodesOf(question: Question, wanted: Patterns): readonly Extract<Candidate, { kind: 'node' }>[] {
  if (wanted.empty) return [];
  const { job, group } = question.target;
  const onlyHosts = job !== undefined || group !== undefined;
  const hosts = new Set(
    onlyHosts
      ? allocationsOf(question, wanted)
          .filter(isLive)
          .map(({ alloc }) => alloc.node)
      : [],
  );
  return question.view
    .nodes()
    .filter(node => (!onlyHosts || hosts.has(node.id)) && wanted.outside(node) === undefined)
    .map(node => ({ kind: 'node', node }));
}

function isLive({ alloc }: { readonly alloc: AllocView }): boolean {
  return alloc.desired === 'run' && (alloc.client === 'running' || alloc.client === 'pending');
}

function stopped(job: JobView): string | undefined {
  return job.stop ? 'the job is stopped' : undefined;
}

function allocationUnfit(alloc: AllocView, { view, target }: Question, wanted: Patterns): string | undefined {
  if (alloc.client !== 'running') return `not running: ${alloc.client}`;
  if (alloc.desired !== 'run') return `being stopped: desired is ${alloc.desired}`;
  if (alloc.migrating) return 'being moved off its node';
  const node = view.node(alloc.node);
  const out = node === undefined ? outsideUnseen(alloc, target, wanted) : wanted.outside(node);
  if (out !== undefined) return `on node ${alloc.nodeName} (${alloc.node.slice(0, 8)}), ${out}`;
  return withoutTask(alloc, target, wanted);
}

/** An allocation names its node; of all else about a node that can't be seen nothing is assumed. */
function outsideUnseen(alloc: AllocView, target: TargetSpec, wanted: Patterns): string | undefined {
  if (!wanted.node({ id: alloc.node, name: alloc.nodeName })) return `outside target_node=${target.node}`;
  return wanted.needsNode ? 'which can not be seen: nothing but its name is known' : undefined;
}

function withoutTask(alloc: AllocView, { task: pattern }: TargetSpec, { task }: Patterns): string | undefined {
  if (task === undefined) return undefined;
  const names = Object.keys(alloc.tasks).sort(byText);
  const matching = names.filter(task);
  if (matching.some(name => alloc.tasks[name]?.state === 'running')) return undefined;
  if (matching.length === 0) return `no task matches target_task=${pattern}: it has ${names.join(', ') || 'none'}`;
  return `no running task: ${matching.map(name => `${name} is ${alloc.tasks[name]?.state}`).join(', ')}`;
}
