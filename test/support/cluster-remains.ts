/**
 * Ending everything that a test cluster started, in whatever state it is: agents, executors, tasks, mounts, cgroups, files.
 * All of it is synchronous, so that it also works while the process exits.
 */

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const markName = 'SIROCCO_TEST_CLUSTER';
/** Short: a task's API socket lies deep in this folder, and a socket's path has at most 107 characters. */
const folderPrefix = 'sirocco-';
const ownerFile = 'owner.json';
const controllers = '/sys/fs/cgroup';

/** In the environment of each agent, and inherited by all that it starts. */
export function clusterMark(id: string): Record<string, string> {
  return { [markName]: id };
}

/** A new temporary folder for one cluster; it names its owner, so that a later run can clean up after a killed one. */
export function makeClusterFolder(id: string): string {
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  const half = join(folder, 'owner.half');
  writeFileSync(half, JSON.stringify({ id, pid: process.pid, start: startOf(process.pid) }));
  renameSync(half, join(folder, ownerFile));
  return folder;
}

/** Pids of all living processes of the cluster, tasks included. */
export function processesOf(id: string): number[] {
  const mark = `${markName}=${id}`;
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => pid !== process.pid && environmentOf(pid).includes(mark));
}

/** Ends the cluster's processes with SIGKILL until none is left, then unmounts and removes what they made. */
export function removeCluster(id: string, folder: string): void {
  const end = performance.now() + 20_000;
  for (let left = processesOf(id); left.length > 0; left = processesOf(id)) {
    if (performance.now() > end) throw new Error(`could not end the processes ${left.join(', ')} of the test cluster`);
    for (const pid of left) killQuietly(pid);
    pauseSync(20);
  }
  unmountUnder(folder);
  removeCgroups(allocationsIn(folder));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Removes the clusters of earlier runs whose owner is gone. */
export function removeOrphans(): void {
  for (const name of readdirSync(tmpdir()).filter(entry => entry.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name);
    const owner = ownerOf(folder);
    if (owner === undefined || startOf(owner.pid) === owner.start) continue;
    try {
      removeCluster(owner.id, folder);
    } catch (error) {
      // Another run has found it too, and was faster.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly start: string;
}

function ownerOf(folder: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, ownerFile), 'utf8')) as Owner;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(String((error as NodeJS.ErrnoException).code));
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return []; // Ended meanwhile, or a kernel thread.
  }
}

/** The start time in clock ticks since boot, which with the pid names one process; empty when there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function unmountUnder(folder: string): void {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter(point => point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
  for (const point of points) {
    const { status, stderr } = spawnSync('umount', ['-l', point], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`could not unmount ${point}: ${stderr}`);
  }
}

/** The clients keep one folder an allocation. */
function allocationsIn(folder: string): string[] {
  return readdirSync(folder)
    .map(name => join(folder, name, 'alloc'))
    .filter(place => existsSync(place))
    .flatMap(place => readdirSync(place));
}

/** A killed client leaves its tasks' groups, empty by now. Version 1 has one tree a controller, version 2 a single one. */
function removeCgroups(allocations: readonly string[]): void {
  if (!existsSync(controllers)) return;
  const ours = new Set(allocations);
  const parents = readdirSync(controllers)
    .map(name => join(controllers, name, 'nomad'))
    .concat(['share.slice', 'reserve.slice'].map(name => join(controllers, 'nomad.slice', name)))
    .filter(parent => existsSync(parent));
  for (const parent of parents) {
    for (const group of readdirSync(parent).filter(name => ours.has(name.split('.')[0] ?? ''))) {
      removeEmptied(join(parent, group));
    }
  }
}

/** The kernel empties a group a moment after its last process has ended. */
function removeEmptied(group: string): void {
  const end = performance.now() + 5_000;
  for (;;) {
    try {
      rmdirSync(group);
      return;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      if (!hasCode(error, 'EBUSY') || performance.now() > end) throw error;
      pauseSync(20);
    }
  }
}

function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
