/** What the controller and the host agent tell each other. The cases of `agents/contract` are read by both sides' tests. */

/** One allocation, or one task of it. */
export interface AgentTarget {
  readonly alloc: string;
  readonly task?: string;
}

/** What a dispatch hands the agent: one intent, which is one fault on one node with all its targets there. */
export interface AgentPayload {
  readonly v: 1;
  readonly run: string;
  readonly intent: string;
  readonly fault: string;
  /** The fault's own parameters, as the agent takes them. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly targets: readonly AgentTarget[];
  /** `alloc`: only in the network namespaces and cgroups of the targets. */
  readonly scope: 'alloc' | 'node';
  /** Milliseconds in force; 0 for a fault that does not last. */
  readonly duration_ms: number;
  /** Milliseconds that the fault may outlive the client's way to its servers; 0: to its deadline. */
  readonly lease_ms: number;
  /** Wall time, RFC 3339: later than that nothing is changed. */
  readonly not_after: string;
  /** Prefixes whose traffic is let pass. */
  readonly spare: readonly string[];
  /** The way to the node's own Nomad client and to its servers. */
  readonly nomad: { readonly addr: string; readonly ca?: string; readonly servers: readonly string[] };
}

/** What an agent's event says happened. */
export type AgentWord =
  | 'begun'
  | 'already'
  | 'journaled'
  | 'changed'
  | 'acted'
  | 'in_force'
  | 'evidence'
  | 'deadline'
  | 'terminated'
  | 'lease_lost'
  | 'worker_lost'
  | 'undone'
  | 'gone'
  | 'difference'
  | 'reverted'
  | 'failed';

/** One line of a task's log. */
export interface AgentEvent {
  readonly v: 1;
  /** RFC 3339, by the node's clock. */
  readonly time: string;
  /** The task that tells, or the command by hand. */
  readonly task: string;
  readonly run?: string | undefined;
  readonly intent?: string | undefined;
  readonly fault?: string | undefined;
  readonly event: AgentWord;
  readonly words?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** Exit code, of `failed`. */
  readonly code?: number | undefined;
}
