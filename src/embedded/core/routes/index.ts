/** All routes, and finding the one for a path. */

import type { NomadRequest } from '../../../nomad/types.ts';
import type { Route } from '../route.ts';
import { aclRoutes } from './acl.ts';
import { agentRoutes } from './agent.ts';
import { allocationRoutes } from './allocations.ts';
import { clientRoutes } from './client.ts';
import { deploymentRoutes } from './deployments.ts';
import { evaluationRoutes } from './evaluations.ts';
import { jobRoutes } from './job.ts';
import { jobsRoutes } from './jobs.ts';
import { namespaceRoutes } from './namespaces.ts';
import { nodeRoutes } from './nodes.ts';
import { searchRoutes } from './search.ts';
import { serviceRoutes } from './services.ts';
import { statusRoutes } from './status.ts';
import { systemRoutes } from './system.ts';
import { variableRoutes } from './variables.ts';

const routes: readonly Route[] = [
  ...aclRoutes,
  ...agentRoutes,
  ...allocationRoutes,
  ...clientRoutes,
  ...deploymentRoutes,
  ...evaluationRoutes,
  ...jobRoutes,
  ...jobsRoutes,
  ...namespaceRoutes,
  ...nodeRoutes,
  ...searchRoutes,
  ...serviceRoutes,
  ...statusRoutes,
  ...systemRoutes,
  ...variableRoutes,
];

interface Compiled {
  readonly segments: readonly string[];
  readonly rest: number;
  readonly route: Route;
}

/** By the segment after `/v1`; those with more fixed segments first. */
const byNoun = new Map<string, Compiled[]>();

for (const route of routes) {
  const segments = route.path.split('/').slice(2);
  const noun = segments[0] ?? '';
  const same = byNoun.get(noun) ?? [];
  same.push({ segments, rest: segments.findIndex(segment => segment.startsWith('*')), route });
  byNoun.set(noun, same);
}

const fixed = ({ segments }: Compiled) => segments.filter(segment => !/^[:*]/.test(segment)).length;
for (const same of byNoun.values()) same.sort((a, b) => fixed(b) - fixed(a));

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matchOne(pattern: readonly string[], given: readonly string[], params: Record<string, string>): boolean {
  return pattern.every((segment, at) => {
    const value = given[at] ?? '';
    if (!segment.startsWith(':')) return segment === value;
    params[segment.slice(1)] = decode(value);
    return value !== '';
  });
}

function match(compiled: Compiled, given: readonly string[]): Readonly<Record<string, string>> | undefined {
  const { segments, rest } = compiled;
  const params: Record<string, string> = {};
  if (rest < 0) return segments.length === given.length && matchOne(segments, given, params) ? params : undefined;
  const after = segments.length - rest - 1;
  if (given.length < segments.length) return undefined;
  if (!matchOne(segments.slice(0, rest), given.slice(0, rest), params)) return undefined;
  if (!matchOne(segments.slice(rest + 1), given.slice(given.length - after), params)) return undefined;
  const taken = given
    .slice(rest, given.length - after)
    .map(decode)
    .join('/');
  params[(segments[rest] ?? '').slice(1)] = taken;
  return params;
}

const methodsAlike = (wanted: NomadRequest['method'], given: NomadRequest['method']) =>
  wanted === given || (wanted === 'PUT' && given === 'POST');

/** The route of a path; PUT and POST mean the same. */
export function findRoute(
  method: NomadRequest['method'],
  path: string,
): { route: Route; params: Readonly<Record<string, string>> } | 'no-path' | 'no-method' {
  const [, version, ...given] = path.split('/');
  if (version !== 'v1') return 'no-path';
  let known = false;
  for (const compiled of byNoun.get(given[0] ?? '') ?? []) {
    const params = match(compiled, given);
    if (params === undefined) continue;
    known = true;
    if (methodsAlike(compiled.route.method, method)) return { route: compiled.route, params };
  }
  return known ? 'no-method' : 'no-path';
}
