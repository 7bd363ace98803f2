/** Calls of the core as requests to Nomad. What comes of them is read in `calls.ts`. */

import type { Call } from '../lifecycle/effects.ts';
import { faultRequests } from './fault-requests.ts';
import { readRequests } from './read-requests.ts';
import type { Requests } from './request-table.ts';
import type { NomadRequest } from './types.ts';
import { variableRequests } from './variable-requests.ts';

const requests: Requests<Call> = { ...faultRequests, ...readRequests, ...variableRequests };

/** The request of a call. */
export function requestOf(call: Call): NomadRequest {
  const make = requests[call.op] as (call: Call) => NomadRequest;
  return make(call);
}
