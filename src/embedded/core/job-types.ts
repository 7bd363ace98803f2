/** A job as the cluster keeps it: complete, with every default filled in. Unknown fields are carried along. */

import type { ReschedulePolicy, RestartPolicy } from '../../nomad/types.ts';

export interface Extra {
  readonly [field: string]: unknown;
}

export interface UpdateStrategy {
  readonly Stagger: number;
  readonly MaxParallel: number;
  readonly HealthCheck: string;
  readonly MinHealthyTime: number;
  readonly HealthyDeadline: number;
  readonly ProgressDeadline: number;
  readonly AutoRevert: boolean;
  readonly AutoPromote: boolean;
  readonly Canary: number;
}

export interface TaskLifecycle {
  readonly Hook: 'prestart' | 'poststart' | 'poststop';
  readonly Sidecar: boolean;
}

export interface ServiceSpec extends Extra {
  readonly Name: string;
  readonly PortLabel: string;
  readonly Provider: string;
  readonly Tags: readonly string[] | null;
  readonly TaskName: string;
}

export interface TaskSpec extends Extra {
  readonly Name: string;
  readonly Driver: string;
  readonly User: string;
  readonly Config: Readonly<Record<string, unknown>> | null;
  readonly Env: Readonly<Record<string, string>> | null;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly Lifecycle: TaskLifecycle | null;
  /** Where the task finds what its job was dispatched with, below its local folder. */
  readonly DispatchPayload: { readonly File: string } | null;
  readonly Leader: boolean;
  readonly KillSignal: string;
  /** Nanoseconds. */
  readonly KillTimeout: number;
  readonly RestartPolicy: RestartPolicy;
  readonly Resources: Extra & { readonly CPU: number; readonly MemoryMB: number };
  readonly Services: readonly ServiceSpec[] | null;
}

export interface PortSpec {
  readonly Label: string;
  readonly Value: number;
  readonly To: number;
}

export interface NetworkSpec extends Extra {
  readonly Mode: string;
  readonly DynamicPorts: readonly PortSpec[] | null;
  readonly ReservedPorts: readonly PortSpec[] | null;
}

export interface ConstraintSpec {
  readonly LTarget: string;
  readonly RTarget: string;
  readonly Operand: string;
}

export interface ScalingSpec extends Extra {
  readonly Min: number | null;
  readonly Max: number | null;
  readonly Enabled: boolean | null;
}

export interface GroupSpec extends Extra {
  readonly Name: string;
  readonly Count: number;
  readonly Tasks: readonly TaskSpec[];
  readonly Constraints: readonly ConstraintSpec[] | null;
  readonly RestartPolicy: RestartPolicy;
  readonly ReschedulePolicy: ReschedulePolicy | null;
  readonly Update: UpdateStrategy | null;
  readonly Networks: readonly NetworkSpec[] | null;
  readonly Services: readonly ServiceSpec[] | null;
  readonly Scaling: ScalingSpec | null;
  readonly Meta: Readonly<Record<string, string>> | null;
}

export interface ParameterizedSpec {
  readonly Payload: string;
  readonly MetaRequired: readonly string[] | null;
  readonly MetaOptional: readonly string[] | null;
}

export interface JobSpec extends Extra {
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Region: string;
  readonly Type: 'service' | 'batch' | 'system' | 'sysbatch';
  readonly Priority: number;
  readonly Datacenters: readonly string[];
  readonly NodePool: string;
  readonly Constraints: readonly ConstraintSpec[] | null;
  readonly TaskGroups: readonly GroupSpec[];
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly ParentID: string;
  readonly ParameterizedJob: ParameterizedSpec | null;
  readonly Dispatched: boolean;
  readonly DispatchIdempotencyToken: string;
  readonly Payload: string | null;
  readonly Stop: boolean;
  readonly Stable: boolean;
  readonly Status: 'pending' | 'running' | 'dead';
  readonly StatusDescription: string;
  readonly Version: number;
  readonly VersionTag: { readonly Name: string; readonly Description: string; readonly TaggedTime: number } | null;
  readonly SubmitTime: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly JobModifyIndex: number;
}
