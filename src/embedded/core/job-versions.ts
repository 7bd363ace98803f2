/** Versions of a job: running an earlier one again, and the tags under which they are kept. */

import { Refusal } from './failure.ts';
import { findJob, type JobWrite, registerJob } from './jobs.ts';
import { jobKey } from './tables.ts';
import type { Cluster, JobEntry } from './types.ts';
import { commit, touch } from './write.ts';

export interface RevertRequest {
  readonly version: number;
  /** The version that it must be at now. */
  readonly prior: number | null;
}

/** Finds the version to run again. Refuses, with status 500, what Nomad refuses before it looks at the job itself. */
export function versionToRevert(cluster: Cluster, namespace: string, id: string, ask: RevertRequest): JobEntry['job'] {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(500, `job "${id}" not found`);
  if (existing.job.Version === ask.version) throw new Refusal(500, "can't revert to current version");
  const wanted = existing.versions.find(version => version.Version === ask.version);
  if (wanted === undefined)
    throw new Refusal(500, `job "${id}" in namespace "${namespace}" at version ${ask.version} not found`);
  if (ask.prior !== null && existing.job.Version !== ask.prior) {
    throw new Refusal(500, `Current job has version ${existing.job.Version}; enforcing version ${ask.prior}`);
  }
  return wanted;
}

/** Runs an earlier version again, as a new one without its tag, for the token of this accessor. */
export function revertJob(cluster: Cluster, wanted: JobEntry['job'], by: string | undefined): JobWrite {
  return registerJob(cluster, { ...wanted, Stop: false, Stable: false, VersionTag: null }, { by });
}

/** Puts another tag on one version. No event tells of it, but watchers of the job are woken. */
function retag(cluster: Cluster, entry: JobEntry, number: number, VersionTag: JobEntry['job']['VersionTag']): number {
  const { Namespace, ID, Version } = entry.job;
  return commit(cluster, 'JobVersionTagUpdate', write => {
    const versions = entry.versions.map(version =>
      version.Version === number ? { ...version, VersionTag, ModifyIndex: write.index } : version,
    );
    const job = Version === number ? (versions[0] ?? entry.job) : entry.job;
    write.tables.jobs.set(jobKey(Namespace, ID), { ...entry, versions, job });
    touch(write, 'jobs', Namespace, ID);
  });
}

/** Gives a version a name, under which it is kept; it has one at a time. Refuses (500) a name that another one has. */
export function tagVersion(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: { version: number; name: string; description: string },
): number {
  const existing = findJob(cluster, namespace, id);
  const { versions = [] } = existing ?? {};
  if (versions.some(({ Version, VersionTag }) => VersionTag?.Name === ask.name && Version !== ask.version))
    throw new Refusal(500, `tag "${ask.name}" already exists on a different version of job "${id}"`);
  if (existing === undefined || versions.every(({ Version }) => Version !== ask.version))
    throw new Refusal(500, `job "${id}" version ${ask.version} not found`);
  const VersionTag = { Name: ask.name, Description: ask.description, TaggedTime: Math.round(cluster.now * 1e6) };
  return retag(cluster, existing, ask.version, VersionTag);
}

/** Takes a name away from the newest version that has it: one that inherited it before the one that was given it. */
export function untagVersion(cluster: Cluster, namespace: string, id: string, name: string): number {
  const existing = findJob(cluster, namespace, id);
  const tagged = existing?.versions.find(version => version.VersionTag?.Name === name);
  if (existing === undefined || tagged === undefined) throw new Refusal(500, `tag "${name}" not found on job "${id}"`);
  return retag(cluster, existing, tagged.Version, null);
}
