/** Jobs, allocations and nodes of the puppet Nomad. */

import { alloc, event, id, job, killed, node, serverStart, started, task } from '../cluster/nomad.fixture.ts';
import type { Allocation, Job, NomadNode } from '../nomad/types.ts';

export interface VirtualClock {
  mono: number;
  wall: number;
}

export interface Workload {
  readonly jobs: Map<string, Job>;
  readonly allocs: Map<string, Allocation>;
  readonly nodes: Map<string, NomadNode>;
  /** A service of one group in `default`, each of its allocations on a node of its own. */
  addJob(name: string, count: number): void;
  addNode(n: number, over?: Partial<NomadNode>): string;
  changeNode(node: string, change: Partial<NomadNode>): void;
  allocsOf(job: string): readonly Allocation[];
  /** Ends a task, which starts again a little later; false: there is no such task. */
  signal(alloc: string, task: string, signal: string): boolean;
  /** Stops an allocation and places another; false: there is no such allocation. */
  stop(alloc: string): boolean;
  /** Ends the newest allocations of a job, or places more, until so many run. */
  resize(job: string, count: number): void;
  /** Does what became due. */
  settle(): void;
}

const policy = { Attempts: 50, Interval: 600e9, Delay: 1e9, Mode: 'delay' } as const;
const backMs = 1_200;
const begun = (at: number) => [event('Received', at - 100), event('Started', at)];

/** `nextIndex` counts every change of the puppet. */
export function createWorkload(clock: VirtualClock, nextIndex: () => number): Workload {
  const jobs = new Map<string, Job>();
  const allocs = new Map<string, Allocation>();
  const nodes = new Map<string, NomadNode>();
  /** Allocation ids by job, for tests with many jobs. */
  const members = new Map<string, string[]>();
  let restarts: { readonly at: number; readonly act: () => void }[] = [];
  let made = 0;

  function change(target: string, over: Partial<Allocation>): Allocation | undefined {
    const old = allocs.get(target);
    if (old === undefined) return undefined;
    const changed = { ...old, ...over, ModifyIndex: nextIndex(), ModifyTime: clock.wall * 1e6 };
    allocs.set(target, changed);
    return changed;
  }

  function place(placed: Allocation): void {
    allocs.set(placed.ID, placed);
    members.set(placed.JobID, [...(members.get(placed.JobID) ?? []), placed.ID]);
  }

  return {
    jobs,
    allocs,
    nodes,
    addJob(name, count) {
      const ModifyIndex = nextIndex();
      const tasks = [{ Name: 'web', Driver: 'raw_exec', RestartPolicy: policy }];
      const policies = { RestartPolicy: policy, ReschedulePolicy: { ...policy, Unlimited: true } };
      const about = { ID: name, Name: name, ModifyIndex, JobModifyIndex: ModifyIndex };
      jobs.set(name, job({ ...about, TaskGroups: [{ Name: 'cache', Count: count, Tasks: tasks, ...policies }] }));
      for (let i = 0; i < count; i += 1) {
        made += 1;
        const named = { Name: `${name}.cache[${i}]`, JobID: name, CreateIndex: ModifyIndex, ModifyIndex };
        place(alloc(made, { ...named, TaskStates: { web: task(started) } }));
      }
    },
    addNode(n, over) {
      const added = node(n, { ModifyIndex: nextIndex(), ...over });
      nodes.set(added.ID, added);
      return added.ID;
    },
    changeNode(target, over) {
      const old = nodes.get(target);
      if (old !== undefined) nodes.set(target, { ...old, ...over, ModifyIndex: nextIndex() });
    },
    allocsOf: name => (members.get(name) ?? []).flatMap(each => allocs.get(each) ?? []),
    signal(target, name, what) {
      const state = allocs.get(target)?.TaskStates?.[name];
      if (state === undefined) return false;
      const sinceStart = clock.wall - serverStart;
      const events = [...(state.Events ?? []), ...killed(sinceStart, what)];
      change(target, { TaskStates: { [name]: task(events, { State: 'pending', Restarts: state.Restarts + 1 }) } });
      const back = sinceStart + backMs;
      const again = task([...events, event('Started', back)], { Restarts: state.Restarts + 1 }, back);
      restarts.push({ at: clock.wall + backMs, act: () => change(target, { TaskStates: { [name]: again } }) });
      return true;
    },
    stop(target) {
      const gone = { DesiredStatus: 'stop', ClientStatus: 'complete', DesiredTransition: { Migrate: true } } as const;
      const old = change(target, gone);
      if (old === undefined) return false;
      made += 1;
      const sinceStart = clock.wall - serverStart;
      place({
        ...old,
        ID: id(50_000 + made),
        DesiredStatus: 'run',
        ClientStatus: 'running',
        DesiredTransition: { Migrate: null },
        PreviousAllocation: target,
        TaskStates: { web: task(begun(sinceStart), {}, sinceStart) },
        CreateIndex: old.ModifyIndex,
        CreateTime: clock.wall * 1e6,
      });
      return true;
    },
    resize(name, count) {
      const running = (members.get(name) ?? [])
        .flatMap(each => allocs.get(each) ?? [])
        .filter(each => each.DesiredStatus === 'run');
      for (const { ID } of running.slice(count)) change(ID, { DesiredStatus: 'stop', ClientStatus: 'complete' });
      for (let i = running.length; i < count; i += 1) {
        made += 1;
        const sinceStart = clock.wall - serverStart;
        const index = nextIndex();
        const named = { Name: `${name}.cache[${i}]`, JobID: name, CreateIndex: index, ModifyIndex: index };
        const times = { CreateTime: clock.wall * 1e6, ModifyTime: clock.wall * 1e6 };
        const states = { web: task(begun(sinceStart), {}, sinceStart) };
        place(alloc(made, { ...named, ...times, TaskStates: states }));
      }
    },
    settle() {
      const due = restarts.filter(each => each.at <= clock.wall);
      restarts = restarts.filter(each => each.at > clock.wall);
      for (const each of due) each.act();
    },
  };
}
