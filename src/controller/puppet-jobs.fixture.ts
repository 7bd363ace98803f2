/** Versions, tags, counts and deployments of the puppet Nomad's jobs, as a real one was seen to keep them. */

import type { DiscoveryCall, FaultCall, ReadCall } from '../lifecycle/effects.ts';
import type { Deployment, Job } from '../nomad/types.ts';
import type { Answer } from './types.ts';
import type { VirtualClock, Workload } from './workload.fixture.ts';

export interface Tagged extends Job {
  readonly VersionTag?: { readonly Name: string };
}

export interface JobBook {
  /** The answer to a call that is about jobs; undefined for any other. */
  answer(call: FaultCall | ReadCall | DiscoveryCall): Answer | undefined;
  /** Versions that are kept, newest first. */
  versions(job: string): readonly Tagged[];
  deployment(job: string): Deployment | undefined;
  /** Somebody registers the job with what is changed of it: a version and a deployment more. */
  deploy(job: string, over?: Partial<Job>): void;
  /** Somebody stops it. */
  halt(job: string): void;
  purge(job: string): void;
}

const deploysForMs = 5_000;
const active: ReadonlySet<string> = new Set(['running', 'paused']);

/** What a job that is not there has none of. */
const known: ReadonlySet<string> = new Set([
  'list-job-versions',
  'job-scale',
  'job-register',
  'job-stop',
  'job-revert',
  'job-tag',
  'job-untag',
]);

const refused = (message: string): Answer => ({ kind: 'refused', reason: 'error', message });
const missing: Answer = { kind: 'refused', reason: 'not-found', message: 'no such thing' };
const ok = (index: number, value: unknown = {}): Answer => ({ kind: 'ok', index, value });

export function createJobBook(clock: VirtualClock, nextIndex: () => number, workload: Workload): JobBook {
  const kept = new Map<string, readonly Tagged[]>();
  const deployments = new Map<string, readonly (Deployment & { readonly until: number })[]>();
  let made = 0;

  const versions = (name: string): readonly Tagged[] => {
    const now = workload.jobs.get(name);
    return kept.get(name) ?? (now === undefined ? [] : [now]);
  };

  function newest(name: string) {
    const [first] = deployments.get(name) ?? [];
    if (first === undefined || first.Status !== 'running' || first.until > clock.wall) return first;
    return change(name, first.ID, { Status: 'successful' });
  }

  function change(name: string, id: string, over: Partial<Deployment>) {
    const all = (deployments.get(name) ?? []).map(each =>
      each.ID === id ? { ...each, ...over, ModifyIndex: nextIndex() } : each,
    );
    deployments.set(name, all);
    return all.find(each => each.ID === id);
  }

  function begin(name: string, { Version: JobVersion = 0 }: Job): void {
    made += 1;
    const index = nextIndex();
    const about = { ID: `${made}`.padStart(8, '0'), Namespace: 'default', JobID: name, JobVersion, Status: 'running' };
    const begun = {
      ...about,
      CreateIndex: index,
      ModifyIndex: index,
      CreateTime: clock.wall * 1e6,
      until: clock.wall + deploysForMs,
    };
    deployments.set(name, [begun, ...(deployments.get(name) ?? [])]);
  }

  /** A version more, with as many allocations as it asks for. */
  function register(name: string, body: Tagged): Job {
    const index = nextIndex();
    const before = versions(name);
    const time = { SubmitTime: clock.wall * 1e6, ModifyIndex: index, JobModifyIndex: index };
    const job: Tagged = { ...body, ...time, Version: (before[0]?.Version ?? -1) + 1 };
    kept.set(name, [job, ...before]);
    workload.jobs.set(name, job);
    workload.resize(name, job.Stop === true ? 0 : (job.TaskGroups?.[0]?.Count ?? 0));
    const latest = newest(name);
    if (job.Stop !== true) begin(name, job);
    else if (latest !== undefined && active.has(latest.Status)) change(name, latest.ID, { Status: 'cancelled' });
    return job;
  }

  function stop(name: string, job: Tagged): number {
    return register(name, { ...job, Stop: true }).JobModifyIndex;
  }

  function withoutTag({ VersionTag: _, ...rest }: Tagged): Tagged {
    return rest;
  }

  /** Changes one version, also where it is the newest. */
  function put(name: string, changed: Tagged): void {
    const stamped = { ...changed, ModifyIndex: nextIndex() };
    kept.set(
      name,
      versions(name).map(each => (each.Version === stamped.Version ? stamped : each)),
    );
    if (workload.jobs.get(name)?.Version === stamped.Version) workload.jobs.set(name, stamped);
  }

  function scale(job: Tagged, call: Extract<FaultCall, { op: 'job-scale' }>): Answer {
    if (call.index !== job.JobModifyIndex)
      return refused(`Enforcing job modify index ${call.index}: job exists with conflicting job modify index`);
    const latest = newest(call.job);
    if (latest !== undefined && active.has(latest.Status))
      return refused('job scaling blocked due to active deployment');
    const groups = (job.TaskGroups ?? []).map(each =>
      each.Name === call.group ? { ...each, Count: call.count } : each,
    );
    register(call.job, { ...job, TaskGroups: groups });
    // The index of the scaling event, which the job itself does not reach.
    return ok(nextIndex());
  }

  function onJob(job: Tagged, call: Extract<FaultCall | ReadCall, { job: string }>): Answer | undefined {
    const all = versions(call.job);
    switch (call.op) {
      case 'list-job-versions':
        return ok(job.ModifyIndex, { Versions: all });
      case 'list-job-deployments': {
        newest(call.job);
        const list = (deployments.get(call.job) ?? []).map(({ until: _, ...each }) => each);
        return ok(nextIndex(), list);
      }
      case 'job-scale':
        return scale(job, call);
      case 'job-register': {
        if (call.index !== job.JobModifyIndex) return refused(`Enforcing job modify index ${call.index}: it changed`);
        return ok(register(call.job, call.body as unknown as Tagged).JobModifyIndex);
      }
      case 'job-stop':
        return ok(stop(call.job, job));
      case 'job-revert': {
        if (call.prior !== job.Version)
          return refused(`Current job has version ${job.Version}; enforcing version ${call.prior}`);
        const wanted = all.find(each => each.Version === call.version);
        return wanted === undefined ? missing : ok(register(call.job, withoutTag(wanted)).JobModifyIndex);
      }
      case 'job-tag': {
        const wanted = all.find(each => each.Version === call.version);
        if (wanted === undefined) return missing;
        put(call.job, { ...wanted, VersionTag: { Name: call.tag } });
        // Such an answer has no index in its head.
        return ok(0, { Name: call.tag });
      }
      case 'job-untag': {
        const bearing = all.find(each => each.VersionTag?.Name === call.tag);
        if (bearing === undefined) return refused(`tag "${call.tag}" not found on job "${call.job}"`);
        put(call.job, withoutTag(bearing));
        return ok(0, {});
      }
      default:
        return undefined;
    }
  }

  function onDeployment(call: Extract<FaultCall, { deployment: string }>): Answer {
    const all = [...deployments.keys()].flatMap(name => newest(name) ?? []);
    const found = all.find(each => each.ID === call.deployment);
    if (found === undefined) return missing;
    if (!active.has(found.Status)) return refused(`can't ${call.op.slice(11)} terminal deployment`);
    const Status = call.op === 'deployment-fail' ? 'failed' : call.pause ? 'paused' : 'running';
    return ok(change(found.JobID, found.ID, { Status })?.ModifyIndex ?? 0);
  }

  return {
    answer(call) {
      if ('deployment' in call) return onDeployment(call);
      if (!('job' in call)) return undefined;
      const job = workload.jobs.get(call.job);
      if (job !== undefined) return onJob(job, call);
      return call.op === 'list-job-deployments' ? ok(nextIndex(), []) : known.has(call.op) ? missing : undefined;
    },
    versions,
    deployment: newest,
    deploy(name, over = {}) {
      const job = workload.jobs.get(name);
      if (job !== undefined) register(name, { ...withoutTag(job), Stop: false, ...over });
    },
    halt(name) {
      const job = workload.jobs.get(name);
      if (job !== undefined) stop(name, job);
    },
    purge(name) {
      nextIndex();
      workload.jobs.delete(name);
      workload.resize(name, 0);
      kept.delete(name);
      deployments.delete(name);
    },
  };
}
