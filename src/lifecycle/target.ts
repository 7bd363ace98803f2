/** Targets by name: what records, logs and undo say of each kind. One entry a kind. */

import type { Json, TargetRef } from '../faults/fault.ts';

type Args = { readonly [key: string]: Json };

interface Kind<R extends TargetRef> {
  /** In words, for logs and reports. */
  name(target: R): string;
  /** As the frozen lines of a record hold it. */
  line(target: R): string;
  /** From such a line; what its calls don't take is left empty. */
  parse(line: string, args: Args): R;
}

const short = (id: string) => id.slice(0, 8);
const word = (value: Json | undefined) => (typeof value === 'string' ? value : '');
const ofJob = ({ namespace, job }: { readonly namespace: string; readonly job: string }) => `${namespace}/${job}`;

/** No namespace holds a slash; a job's id may. */
function jobIn(line: string): { readonly namespace: string; readonly job: string } {
  const slash = line.indexOf('/');
  return { namespace: line.slice(0, Math.max(0, slash)), job: line.slice(slash + 1) };
}

const kinds: { readonly [K in TargetRef['kind']]: Kind<Extract<TargetRef, { kind: K }>> } = {
  allocation: {
    name: ({ alloc, job, group, task }) =>
      `allocation ${short(alloc)} of ${job}/${group}${task === undefined ? '' : ` task ${task}`}`,
    line: ({ alloc }) => alloc,
    parse: line => ({ kind: 'allocation', namespace: '', job: '', group: '', alloc: line, node: '' }),
  },
  node: {
    name: ({ name, node }) => `node ${name} (${short(node)})`,
    line: ({ node }) => node,
    parse: line => ({ kind: 'node', node: line, name: line }),
  },
  group: {
    name: ({ job, group }) => `group ${group} of job ${job}`,
    line: ofJob,
    parse: (line, args) => ({ kind: 'group', ...jobIn(line), group: word(args['group']) }),
  },
  job: {
    name: ({ job }) => `job ${job}`,
    line: ofJob,
    parse: line => ({ kind: 'job', ...jobIn(line) }),
  },
  deployment: {
    name: ({ job, deployment }) => `deployment ${short(deployment)} of job ${job}`,
    line: ofJob,
    parse: (line, args) => ({ kind: 'deployment', ...jobIn(line), deployment: word(args['deployment']) }),
  },
  service: {
    name: ({ service, job, alloc }) => `service ${service} of job ${job} in allocation ${short(alloc)}`,
    line: ofJob,
    parse: (line, args) => ({
      kind: 'service',
      ...jobIn(line),
      service: word(args['service']),
      id: word(args['id']),
      alloc: word(args['alloc']),
    }),
  },
  region: {
    name: ({ region }) => `region ${region}`,
    line: ({ region }) => region,
    parse: line => ({ kind: 'region', region: line }),
  },
};

function kindOf(kind: TargetRef['kind']): Kind<TargetRef> {
  return kinds[kind] as Kind<TargetRef>;
}

/** A target in the words of logs and reports. */
export function targetName(target: TargetRef): string {
  return kindOf(target.kind).name(target);
}

/** A target as the frozen lines of a record hold it. */
export function targetLine(target: TargetRef): string {
  return kindOf(target.kind).line(target);
}

/** The target of a frozen line, with as much as undoing takes. */
export function targetOfLine(kind: TargetRef['kind'], line: string, args: Args): TargetRef {
  return kindOf(kind).parse(line, args);
}

/** A target of a kind with words in place of its names: for help and docs. */
export function anyTarget(kind: TargetRef['kind']): TargetRef {
  return targets[kind];
}

const ofAnyJob = { namespace: '<namespace>', job: '<job>' };

const targets: { readonly [K in TargetRef['kind']]: Extract<TargetRef, { kind: K }> } = {
  node: { kind: 'node', node: '<node id>', name: '<node name>' },
  allocation: {
    kind: 'allocation',
    ...ofAnyJob,
    group: '<group>',
    alloc: '<allocation id>',
    node: '<node id>',
    task: '<task>',
  },
  group: { kind: 'group', ...ofAnyJob, group: '<group>' },
  job: { kind: 'job', ...ofAnyJob },
  deployment: { kind: 'deployment', ...ofAnyJob, deployment: '<deployment id>' },
  service: { kind: 'service', ...ofAnyJob, service: '<service>', id: '<id>', alloc: '<allocation id>' },
  region: { kind: 'region', region: '<region>' },
};

/** The job that a target is or belongs to. */
export function jobOf(target: TargetRef): { readonly namespace: string; readonly job: string } | undefined {
  return 'job' in target ? { namespace: target.namespace, job: target.job } : undefined;
}
