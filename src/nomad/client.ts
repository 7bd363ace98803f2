/** Nomad for the command line: values or errors that a person can read. */

import type { Answer } from '../controller/types.ts';
import type { Call } from '../lifecycle/effects.ts';
import { answerOf } from './calls.ts';
import { answerError, nomadError } from './nomad-error.ts';
import { sendAll } from './pages.ts';
import { requestOf } from './requests.ts';
import type { Transport } from './transport.ts';
import type {
  Allocation,
  Deployment,
  Job,
  JobStub,
  NomadNode,
  NomadRequest,
  NomadResponse,
  Outcome,
  Variable,
  VariableMetadata,
} from './types.ts';

/** What an agent says of itself. */
export interface AgentSelf {
  readonly name: string;
  /** Such as `2.0.6` or `2.0.6-dev`. */
  readonly version: string;
  readonly region: string;
  readonly datacenter: string;
  readonly server: boolean;
  readonly client: boolean;
  readonly acl: boolean;
}

/** A part of an agent, and what it says of its health. */
export interface PartHealth {
  readonly ok: boolean;
  readonly message: string;
}

/**
 * Every method throws a SiroccoError where it has no answer: SIR-400 unreachable, SIR-401 denied, SIR-403 conflict,
 * SIR-402 with Nomad's words. Of things that are missing the answer is `undefined`.
 */
export interface NomadClient {
  /** Any request, without throwing. */
  send(request: NomadRequest): Promise<Outcome>;
  /** Any request whose answer is a success. */
  ask(request: NomadRequest): Promise<NomadResponse>;
  /** A call of the core, and its value. */
  call(call: Call): Promise<unknown>;
  readVariable(namespace: string, path: string): Promise<Variable | undefined>;
  /** Those whose path begins with the prefix. A list that is denied is empty too: only a read can tell. */
  listVariables(namespace: string, prefix: string): Promise<readonly VariableMetadata[]>;
  /** With `cas`, only where the Variable is still at that index; 0: only where there is none. */
  writeVariable(
    namespace: string,
    path: string,
    items: Readonly<Record<string, string>>,
    cas?: number,
  ): Promise<Variable>;
  /** Without `cas` whatever its index; deleting what is missing is a success. */
  deleteVariable(namespace: string, path: string, cas?: number): Promise<void>;
  readJob(namespace: string, job: string): Promise<Job | undefined>;
  listJobs(namespace: string): Promise<readonly JobStub[]>;
  jobAllocations(namespace: string, job: string): Promise<readonly Allocation[]>;
  jobDeployments(namespace: string, job: string): Promise<readonly Deployment[]>;
  listNodes(): Promise<readonly NomadNode[]>;
  readNode(node: string): Promise<NomadNode | undefined>;
  /** Names of those that the token may see. */
  listNamespaces(): Promise<readonly string[]>;
  regions(): Promise<readonly string[]>;
  /** Address of the leader, `host:port`; empty when there is none. */
  leader(): Promise<string>;
  agentSelf(): Promise<AgentSelf>;
  /** By `client` and `server`, as far as the agent is one. An unhealthy part is an answer, no error. */
  agentHealth(): Promise<Readonly<Record<string, PartHealth>>>;
  close(): Promise<void>;
}

/** A client over a transport; `send` may be one that tries again (`withRetry`). */
export function createClient(transport: Pick<Transport, 'send' | 'close'>): NomadClient {
  const send = (request: NomadRequest) => transport.send(request);

  const ask = async (request: NomadRequest): Promise<NomadResponse> => success(await send(request), request);
  const askAll = async (request: NomadRequest): Promise<unknown> => success(await sendAll(send, request), request).body;

  const answerTo = async (asked: Call): Promise<Answered> => {
    const request = requestOf(asked);
    const outcome = await send(request);
    return { request, outcome, answer: answerOf(asked, outcome) };
  };
  const call = async (asked: Call): Promise<unknown> => valueIn(await answerTo(asked));
  const callFor = async (asked: Call): Promise<unknown> => {
    const answered = await answerTo(asked);
    const { answer } = answered;
    return answer.kind === 'refused' && answer.reason === 'not-found' ? undefined : valueIn(answered);
  };
  const list = async (asked: Call): Promise<unknown> => {
    const request = requestOf(asked);
    const outcome = await sendAll(send, request);
    return valueIn({ request, outcome, answer: answerOf(asked, outcome) });
  };
  const get = (path: string, kind: string) => ask({ method: 'GET', path, kind });

  return {
    send,
    ask,
    call,
    readVariable: async (namespace, path) =>
      (await call({ op: 'read-variable', namespace, path })) as Variable | undefined,
    listVariables: async (namespace, prefix) =>
      (await list({ op: 'list-variables', namespace, prefix, index: 0, waitMs: 0 })) as VariableMetadata[],
    writeVariable: async (namespace, path, items, cas) => {
      const asked: Call = { op: 'write-variable', namespace, path, items, ...(cas === undefined ? {} : { cas }) };
      const answered = await answerTo(asked);
      const { answer } = answered;
      // A try before this one may have written it, though its answer never came.
      if (answer.kind === 'refused' && answer.reason === 'conflict' && holds(answer.value, items)) return answer.value;
      return valueIn(answered) as Variable;
    },
    deleteVariable: async (namespace, path, cas) => {
      const asked: Call = { op: 'delete-variable', namespace, path, cas: cas ?? 0 };
      const { query: _, ...plain } = requestOf(asked);
      const request = cas === undefined ? plain : requestOf(asked);
      const outcome = await send(request);
      valueIn({ request, outcome, answer: answerOf(asked, outcome) });
    },
    readJob: async (namespace, job) => (await callFor({ op: 'read-job', namespace, job })) as Job | undefined,
    listJobs: async namespace => (await list({ op: 'list-jobs', namespace })) as JobStub[],
    jobAllocations: async (namespace, job) => (await call({ op: 'list-job-allocs', namespace, job })) as Allocation[],
    jobDeployments: async (namespace, job) =>
      (await call({ op: 'list-job-deployments', namespace, job })) as Deployment[],
    listNodes: async () => (await list({ op: 'list-nodes' })) as NomadNode[],
    readNode: async node => (await callFor({ op: 'read-node', node })) as NomadNode | undefined,
    listNamespaces: async () => {
      const all = await askAll({ method: 'GET', path: '/v1/namespaces', kind: 'namespace_list' });
      return (all as readonly { readonly Name: string }[]).map(each => each.Name);
    },
    regions: async () => (await get('/v1/regions', 'region_list')).body as readonly string[],
    leader: async () => (await get('/v1/status/leader', 'status_leader')).body as string,
    agentSelf: async () => selfOf((await get('/v1/agent/self', 'agent_self')).body),
    agentHealth: async () => {
      const request = { method: 'GET', path: '/v1/agent/health', kind: 'agent_health', accept: [500] } as const;
      const response = await ask(request);
      if (typeof response.body === 'object') return response.body as Record<string, PartHealth>;
      throw nomadError({ kind: 'ok', response }, request);
    },
    close: () => transport.close(),
  };
}

function success(outcome: Outcome, request: NomadRequest): NomadResponse {
  if (outcome.kind === 'ok') return outcome.response;
  throw nomadError(outcome, request);
}

interface Answered {
  readonly request: NomadRequest;
  readonly outcome: Outcome;
  readonly answer: Answer;
}

function valueIn({ request, outcome, answer }: Answered): unknown {
  if (answer.kind === 'ok') return answer.value;
  throw answerError(answer, outcome, request);
}

function holds(value: unknown, items: Readonly<Record<string, string>>): value is Variable {
  const found = (value as Partial<Variable> | undefined)?.Items;
  if (found === undefined || found === null) return false;
  const keys = Object.keys(items);
  return keys.length === Object.keys(found).length && keys.every(key => found[key] === items[key]);
}

function selfOf(body: unknown): AgentSelf {
  const { config = {}, member = {} } = body as { readonly config?: SelfConfig; readonly member?: { Name?: string } };
  const { Version = '', VersionPrerelease: pre = '' } = config.Version ?? {};
  return {
    name: member.Name ?? '',
    version: pre === '' ? Version : `${Version}-${pre}`,
    region: config.Region ?? '',
    datacenter: config.Datacenter ?? '',
    server: config.Server?.Enabled === true,
    client: config.Client?.Enabled === true,
    acl: config.ACL?.Enabled === true,
  };
}

interface SelfConfig {
  readonly Version?: { readonly Version?: string; readonly VersionPrerelease?: string };
  readonly Region?: string;
  readonly Datacenter?: string;
  readonly Server?: { readonly Enabled?: boolean };
  readonly Client?: { readonly Enabled?: boolean };
  readonly ACL?: { readonly Enabled?: boolean };
}
