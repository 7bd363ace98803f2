/** `{{ service.NAME }}`: where the instances of Nomad's own services listen, read before each question. */

import type { FoundValue } from '../spec/secret-names.ts';
import { ask } from './core.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core, ServiceState } from './state.ts';
import type { Answer } from './types.ts';

/** Instances come and go by what a run does: an older answer is no ground for a question. */
const freshMs = 900;
const retryMs = 1_000;

/** Address and port of one instance; `turn`: of which, counted on and on. `waiting`: the run is looked at again. */
export function serviceAddress(core: Core, entry: RunEntry, service: string, turn: number): FoundValue | 'waiting' {
  const state = stateOf(core, entry, service);
  if (state.reading) return 'waiting';
  if (state.failed !== undefined && core.mono < state.failed.until) return { ok: false, why: state.failed.why };
  if (state.failed !== undefined || state.readAt < core.mono - freshMs) {
    read(core, state);
    return 'waiting';
  }
  const { addresses, namespace } = state;
  const value = addresses[turn % addresses.length];
  if (value !== undefined) return { ok: true, value };
  return { ok: false, why: `no instance of service ${service} is registered in namespace ${namespace}` };
}

function stateOf(core: Core, { id, standing }: RunEntry, service: string): ServiceState {
  const { namespace } = standing.run;
  const key = `${namespace} ${service}`;
  const known = core.services.get(key);
  known?.users.add(id);
  if (known !== undefined) return known;
  const state: ServiceState = {
    namespace,
    service,
    users: new Set([id]),
    addresses: [],
    readAt: Number.NEGATIVE_INFINITY,
    reading: false,
    failed: undefined,
  };
  core.services.set(key, state);
  return state;
}

function read(core: Core, state: ServiceState): void {
  const { namespace, service } = state;
  state.reading = true;
  ask(core, '-', 'read', { op: 'read-service', namespace, service }, (answer, sentAt) => {
    state.reading = false;
    take(core, state, answer, sentAt);
    for (const id of state.users) core.dirtyRuns.add(id);
  });
}

function take(core: Core, state: ServiceState, answer: Answer, sentAt: number): void {
  if (answer.kind === 'ok') {
    Object.assign(state, { addresses: addressesIn(answer.value), readAt: sentAt, failed: undefined });
    return;
  }
  const isDenied = answer.kind === 'refused' && answer.reason === 'denied';
  const cause = isDenied ? `denied: in ${state.namespace} the policy lacks read-job` : answer.message;
  state.failed = { why: `service ${state.service} can’t be read: ${cause}`, until: core.mono + retryMs };
}

interface Registration {
  readonly ID?: unknown;
  readonly Address?: unknown;
  readonly Port?: unknown;
}

/** By id, so that each comes in its turn. */
function addressesIn(list: unknown): readonly string[] {
  const found = (Array.isArray(list) ? list : []) as readonly (Registration | null)[];
  return found
    .flatMap(each => {
      const { ID, Address, Port } = each ?? {};
      if (typeof ID !== 'string' || typeof Address !== 'string' || Address === '') return [];
      const host = Address.includes(':') ? `[${Address}]` : Address;
      return typeof Port === 'number' && Port > 0 ? [[ID, `${host}:${Port}`] as const] : [];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, address]) => address);
}
