/**
 * Values of `{{ secret.NAME.KEY }}`, read for the open runs that ask for them. They are kept here alone, for as long as
 * one of those runs is open: in no record, no note, no status.
 */

import type { FaultCatalog } from '../faults/fault.ts';
import type { Variable } from '../nomad/types.ts';
import type { Experiment } from '../spec/experiment.ts';
import { placeholdersOf } from '../spec/placeholders.ts';
import { type FoundValue, parseSecretName, type SecretName, secretIn, secretPath } from '../spec/secret-names.ts';
import { ask, note } from './core.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core, SecretState } from './state.ts';
import type { Answer } from './types.ts';

/** A value read longer ago is read again before it is used, so that one that was changed is in use as soon. */
const freshMs = 30_000;
/** While it can't be read again, for reasons that pass, a value this old is still used. */
const staleMs = 60_000;
/** A read that failed is tried again so soon, and a value that was not accepted is not read more often than this. */
const retryMs = 1_000;
const doubtMs = 5_000;

/** The value for a run, as it was read since that is open, at most half a minute ago; `waiting`: it is being read. */
export function secretValue(core: Core, entry: RunEntry, secret: SecretName): FoundValue | 'waiting' {
  const state = stateOf(core, entry, secret);
  if (state.reading) return 'waiting';
  const since = Math.max(entry.enteredTableAt, core.mono - freshMs);
  if (state.readAt < since && core.mono >= state.notBefore) {
    read(core, state);
    return 'waiting';
  }
  const isUsable = state.readAt >= Math.max(entry.enteredTableAt, core.mono - staleMs);
  if (!isUsable || state.items === undefined) return { ok: false, why: state.failed ?? `${state.path} was not read` };
  const found = secretIn(state.items, state.path, secret);
  // What is missing may be put there at any time.
  if (!found.ok) doubt(core, state, retryMs);
  return found;
}

function stateOf(core: Core, { id, standing }: RunEntry, secret: SecretName): SecretState {
  const { namespace } = standing.run;
  const path = secretPath(core.config.prefix, secret);
  const key = `${namespace} ${path}`;
  const known = core.secrets.get(key);
  known?.users.add(id);
  if (known !== undefined) return known;
  const state: SecretState = {
    namespace,
    path,
    users: new Set([id]),
    items: undefined,
    readAt: Number.NEGATIVE_INFINITY,
    index: 0,
    reading: false,
    failed: undefined,
    notBefore: Number.NEGATIVE_INFINITY,
  };
  core.secrets.set(key, state);
  return state;
}

function read(core: Core, state: SecretState): void {
  const { namespace, path } = state;
  state.reading = true;
  ask(core, '-', 'read', { op: 'read-variable', namespace, path }, (answer, sentAt) => {
    state.reading = false;
    take(core, state, answer, sentAt);
    for (const id of state.users) core.dirtyRuns.add(id);
  });
}

function take(core: Core, state: SecretState, answer: Answer, sentAt: number): void {
  const { namespace, path, index } = state;
  const value = answer.kind === 'ok' ? (answer.value as Partial<Variable> | undefined) : undefined;
  if (value !== undefined) {
    const { Items, ModifyIndex = 0 } = value;
    state.index = ModifyIndex;
    // A server that lags is not believed at once; one that was restored says the same again.
    if (ModifyIndex < index) failed(core, state, `${path}: its index went back from ${index} to ${ModifyIndex}`);
    else Object.assign(state, { items: Items ?? {}, readAt: sentAt, failed: undefined });
    return;
  }
  const isDenied = answer.kind === 'refused' && answer.reason === 'denied';
  // What is gone or may not be read any more is not used any more; what can't be read at this moment may be.
  if (isDenied || answer.kind === 'ok') state.items = undefined;
  if (answer.kind === 'ok') failed(core, state, noVariable(path, namespace));
  else if (isDenied) failed(core, state, deniedWords(core, state), 'denied');
  else failed(core, state, `${path} can’t be read: ${answer.message}`);
}

function failed(core: Core, state: SecretState, message: string, type: 'denied' | 'trouble' = 'trouble'): void {
  if (state.failed !== message) note(core, { type, what: `read ${state.namespace}:${state.path}`, message });
  state.failed = message;
  state.notBefore = core.mono + retryMs;
}

/** Words for a Variable that is not there. */
export function noVariable(path: string, namespace: string): string {
  return `there is no Variable ${path} in namespace ${namespace}`;
}

/** Names the line of the policy that would allow it. */
function deniedWords({ config }: Core, { namespace, path }: SecretState): string {
  const line = `path ${JSON.stringify(`${config.prefix}/secrets/*`)} { capabilities = ["read"] }`;
  return `${path} is denied: in ${namespace} the policy lacks ${line}, see sirocco policy`;
}

/** Whoever was asked did not accept it: unless it was read just now, it is read again before it is used again. */
export function doubtSecret(core: Core, entry: RunEntry, secret: SecretName): void {
  doubt(core, stateOf(core, entry, secret), doubtMs);
}

function doubt(core: Core, state: SecretState, ageMs: number): void {
  if (state.readAt < core.mono - ageMs) state.readAt = Number.NEGATIVE_INFINITY;
}

/** Every secret that the probes of an experiment ask for, each once. */
export function secretsOf({ probes }: FaultCatalog, experiment: Experiment, namespace: string): readonly SecretName[] {
  const placeholders = (experiment.steadyState ?? []).flatMap(({ probe, with: parameters }) => {
    const call = probes?.get(probe)?.ask(parameters as never, { namespace });
    return call === undefined || call.op === 'view' ? [] : placeholdersOf(call);
  });
  return [...new Set(placeholders)].flatMap(each => parseSecretName(each) ?? []);
}
