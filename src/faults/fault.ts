/** The contract of a fault: one record that answers all that shared code may ask. All of it is pure. */

import type { z } from 'zod';
import type {
  AllocView,
  DeploymentView,
  GroupView,
  JobView,
  NodeView,
  RegionView,
  ServiceView,
  VersionView,
  View,
} from '../cluster/types.ts';
import type { FaultCall, ReadCall } from '../lifecycle/effects.ts';
import type { Probes } from '../probes/probe.ts';

/** What a fault leaves behind, and what brings it back. */
export type UndoClass = 'none' | 'inverse' | 'by-nomad' | 'by-restart' | 'irreversible';

/** `target`: only what was chosen; `node`: its neighbours can feel it; `cluster`: everyone can. */
export type Reach = 'target' | 'node' | 'cluster';

/** Nomad's own capability words, by scope. */
export type Permission =
  | { readonly scope: 'namespace'; readonly capability: string }
  | { readonly scope: 'node'; readonly policy: 'read' | 'write' }
  | { readonly scope: 'operator'; readonly policy: 'read' | 'write' };

/** What is hit, by name. `job` names a job of `namespace` wherever it stands. */
export type TargetRef =
  | {
      readonly kind: 'allocation';
      readonly namespace: string;
      readonly job: string;
      readonly group: string;
      readonly alloc: string;
      readonly node: string;
      readonly task?: string;
    }
  | { readonly kind: 'node'; readonly node: string; readonly name: string }
  | { readonly kind: 'group'; readonly namespace: string; readonly job: string; readonly group: string }
  | { readonly kind: 'job'; readonly namespace: string; readonly job: string }
  | { readonly kind: 'deployment'; readonly namespace: string; readonly job: string; readonly deployment: string }
  | {
      readonly kind: 'service';
      readonly namespace: string;
      readonly job: string;
      readonly service: string;
      /** Of the registration. */
      readonly id: string;
      readonly alloc: string;
    }
  | { readonly kind: 'region'; readonly region: string };

export type TargetKind = TargetRef['kind'];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One harmful call that a fault would make, with what was read before it and what undoes it. */
export interface Planned {
  readonly target: TargetRef;
  readonly call: FaultCall;
  /** `once` has no token that always holds, and is never sent again. */
  readonly sending: 'once' | 'repeatable';
  /** What `observe` and `undo` compare with; small. */
  readonly before: { readonly [key: string]: Json };
  /** Calls of a later wave leave once all of the one before had their effect and the groups hit are whole. Default 0. */
  readonly wave?: number;
  /** Calls of one wave leave in this order, each once all before it are done; undone in the reverse one. Default 0. */
  readonly order?: number;
  /** Groups of the target's job of which instances are taken away on purpose, and are not unhealthy: of how many. */
  readonly takes?: readonly { readonly group: string; readonly of: number; readonly taken: number }[];
  /** Frozen form: any release can carry it out. Absent where there is nothing to undo. */
  readonly undo?: { readonly op: string; readonly args: { readonly [key: string]: Json } };
}

/** An intent as its record holds it. */
export interface Injected extends Planned {
  /** ModifyIndex that Nomad answered, where it answers one: a decision on the object waits for it. */
  readonly answeredIndex?: number;
  /**
   * ModifyIndex that Nomad answered to our own undo, where one was answered. With it, an object that is back as it was
   * is `undone`; without, somebody else put it back (or the answer was lost), and it is `superseded`.
   */
  readonly undoneIndex?: number;
  /** What `observe` saw, once it did. */
  readonly effect?: { readonly marks?: { readonly [key: string]: Json } };
}

export type Candidate =
  | { readonly kind: 'allocation'; readonly alloc: AllocView }
  | { readonly kind: 'node'; readonly node: NodeView }
  | { readonly kind: 'group'; readonly job: JobView; readonly group: GroupView }
  | { readonly kind: 'job'; readonly job: JobView }
  | { readonly kind: 'deployment'; readonly job: JobView; readonly deployment: DeploymentView }
  | { readonly kind: 'service'; readonly job: JobView; readonly service: ServiceView }
  | { readonly kind: 'region'; readonly region: RegionView };

export interface FaultContext<P> {
  readonly params: P;
  readonly view: View;
  /** The spec's task pattern, where given. */
  readonly task?: string;
  /** Of the run, for Nomad's own records: the same in every plan of one run. Absent in a dry run. */
  readonly run?: string;
}

/** Whether the effect of one intent is there to see. */
export type Observation =
  | { readonly seen: false; readonly why: string }
  /** `at`: when the effect was, by each clock that tells: the client's (task events) and the server's (ModifyTime). */
  | {
      readonly seen: true;
      readonly evidence: string;
      readonly at: { readonly client?: number; readonly server?: number };
      /** Small facts for `undo`, by which it knows the same effect again. */
      readonly marks?: { readonly [key: string]: Json };
    };

/** What undoing one intent takes now. */
export type UndoDecision =
  | { readonly kind: 'call'; readonly call: FaultCall }
  /** A call that must carry an object as it is now: it is read whole, and `make` makes the call of it, or says why not. */
  | {
      readonly kind: 'read-then';
      readonly read: ReadCall;
      readonly make: (object: unknown) => FaultCall | { readonly why: string };
    }
  /** Nothing of ours is in force any more and the state is as before. */
  | {
      readonly kind: 'undone';
      readonly after: { readonly [key: string]: Json };
      /** When, by the server's clock, where something tells. */
      readonly at?: number;
    }
  /** Somebody else changed it meanwhile: left alone. */
  | { readonly kind: 'superseded'; readonly after: { readonly [key: string]: Json }; readonly why: string }
  /** What was harmed can't be seen: no proof of undoing. */
  | { readonly kind: 'unreachable'; readonly why: string };

/** A line of the nomad CLI, and what it then says. */
export interface HandCheck {
  readonly line: string;
  readonly says: string;
  /** What one who does it by hand must know beside. */
  readonly mind?: string;
}

/** A version of a job that Nomad keeps, with its marks. */
export interface SeenVersion extends VersionView {
  /** Description of its tag. */
  readonly tagNote?: string;
  /** Counts by group. */
  readonly counts: Readonly<Record<string, number>>;
  /** When it was registered, milliseconds since the epoch by the server's clock. */
  readonly submitTime: number;
}

/** A change of a group's count that Nomad remembers. */
export interface SeenScaling {
  readonly group: string;
  readonly count: number;
  readonly previousCount: number;
  /** The run that its Meta names. */
  readonly run?: string;
  readonly time: number;
}

export interface SeenJob {
  readonly namespace: string;
  readonly job: string;
  /** The newest first: that is the job as it is. */
  readonly versions: readonly SeenVersion[];
  /** The newest first. */
  readonly scalings: readonly SeenScaling[];
}

export interface SeenNode extends NodeView {
  /** When it was last made ineligible, as its events tell. */
  readonly ineligibleSince?: number;
}

export interface SeenDeployment extends DeploymentView {
  readonly modifyTime?: number;
}

/** An injection that a record tells of. */
export interface Recorded {
  readonly run: string;
  readonly target: TargetRef;
  /** Absent: its undo is owed. */
  readonly settled?: 'undone' | 'superseded';
  /** From when it may have been in force, and when its undo was settled. */
  readonly from: number;
  readonly until?: number;
}

/** The cluster as one look saw it. */
export interface Seen {
  readonly jobs: readonly SeenJob[];
  readonly nodes: readonly SeenNode[];
  readonly deployments: readonly SeenDeployment[];
  /** Absent where it may not be read. */
  readonly region?: RegionView;
  readonly recorded: readonly Recorded[];
}

/** Something of a fault that is in force. */
export interface Residue {
  readonly target: TargetRef;
  /** By what it was known. */
  readonly why: string;
  /** The run that the mark names. */
  readonly run?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly undo?: Planned['undo'];
}

export interface Fault<P = never> {
  readonly name: string;
  /** One sentence, for help and docs. */
  readonly summary: string;
  readonly targetKind: TargetKind;
  readonly reach: Reach;
  /** Whether it takes a `duration`. */
  readonly lasts: boolean;
  readonly undoClass: UndoClass;
  /** Whether a target must be one that Nomad brings back (gate `comes-back`), and by which means. */
  readonly comesBack?: 'restart' | 'reschedule';
  /** A strict object: unknown keys are errors. */
  readonly parameters: z.ZodType<P>;
  readonly permissions: readonly Permission[];
  /** What a look at one intent rests on, beside what its kind of target always takes. */
  reads?(target: TargetRef): readonly ReadCall[];
  /**
   * Allocations that hitting this candidate may make unhealthy or end. Default: the allocation itself, all of the job or
   * group, all on the node, the one that registers the service.
   */
  harms?(candidate: Candidate, context: FaultContext<P>): readonly AllocView[];
  /** The line that undoes it with only the nomad CLI; `<…>` for what neither the target nor the undo tells. */
  byHand(target: TargetRef, undo?: Planned['undo']): string;
  /** What shows, with only the nomad CLI, that the undo took effect. Absent where there is nothing to undo. */
  checkByHand?(target: TargetRef, undo?: Planned['undo']): HandCheck;
  /**
   * What of this fault is in force by Nomad's own marks, whatever records say; `recorded` are those of this fault. Who
   * asks tells what an open run holds from what nobody does. Absent where nothing of it stays.
   */
  residue?(seen: Seen): readonly Residue[];
  /** Why this candidate can't be hit by this fault, if so: shown as an exclusion. */
  exclude?(candidate: Candidate, context: FaultContext<P>): string | undefined;
  /** The calls for one chosen candidate: one an allocation, task or node. */
  plan(candidate: Candidate, context: FaultContext<P>): readonly Planned[];
  observe(intent: Injected, view: View): Observation;
  /** Absent for `none`, `by-nomad`. */
  undo?(intent: Injected, view: View, run: string): UndoDecision;
  /** Whether an answer with this index says that all was so already, so that it is not ours to undo. */
  wasSo?(index: number): boolean;
  /** Whether only one candidate of each job may be chosen: its calls carry the index of the job. */
  readonly onePerJob?: boolean;
  /** Whether no other run may be open beside one of this fault. */
  readonly alone?: boolean;
}

/** Any fault, its parameters unknown to the caller: what registries hold. */
// biome-ignore lint/suspicious/noExplicitAny: the parameters' type is known only inside each fault; `parameters` proves them at run time.
export type AnyFault = Fault<any>;

/** What specs may name: faults by name, and the probes, where there are any. */
export interface FaultCatalog extends ReadonlyMap<string, AnyFault> {
  readonly probes?: Probes;
}
