/** Versions of a job: running an earlier one again, and the tags under which they are kept. */

import { Refusal } from './failure.ts';
import { findJob, type JobWrite, registerJob } from './jobs.ts';
import { putJob } from './records.ts';
import type { Cluster, JobEntry } from './types.ts';
import { commit } from './write.ts';

/** Runs an earlier version again, as a new one. */
export function revertJob(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: { version: number; prior: number | null },
): JobWrite {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(404, 'job not found');
  if (ask.prior !== null && existing.job.Version !== ask.prior) {
    throw new Refusal(500, `Current job has version ${existing.job.Version}; enforcing version ${ask.prior}`);
  }
  if (existing.job.Version === ask.version) throw new Refusal(500, `can't revert to current version`);
  const wanted = existing.versions.find(version => version.Version === ask.version);
  if (wanted === undefined)
    throw new Refusal(404, `job "${id}" in namespace "${namespace}" at version ${ask.version} not found`);
  return registerJob(cluster, { ...wanted, Stop: false, Stable: false, VersionTag: null });
}

function putVersions(cluster: Cluster, entry: JobEntry, versions: JobEntry['versions']): number {
  return commit(cluster, 'JobVersionTagUpdate', write => {
    putJob(write, { ...entry, versions, job: versions[0] ?? entry.job });
  });
}

/** Gives a version a name, under which it is kept; another version of that name loses it. */
export function tagVersion(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: { version: number; name: string; description: string },
): number {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(404, 'job not found');
  if (existing.versions.every(version => version.Version !== ask.version)) {
    throw new Refusal(404, `job "${id}" version ${ask.version} not found`);
  }
  const VersionTag = { Name: ask.name, Description: ask.description, TaggedTime: Math.round(cluster.now * 1e6) };
  const versions = existing.versions.map(version => {
    if (version.Version === ask.version) return { ...version, VersionTag };
    return version.VersionTag?.Name === ask.name ? { ...version, VersionTag: null } : version;
  });
  return putVersions(cluster, existing, versions);
}

/** Takes a name away, from each version that has it or inherited it. */
export function untagVersion(cluster: Cluster, namespace: string, id: string, name: string): number {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(404, 'job not found');
  if (existing.versions.every(version => version.VersionTag?.Name !== name)) {
    throw new Refusal(404, `tag "${name}" not found on job "${id}"`);
  }
  const versions = existing.versions.map(version =>
    version.VersionTag?.Name === name ? { ...version, VersionTag: null } : version,
  );
  return putVersions(cluster, existing, versions);
}
