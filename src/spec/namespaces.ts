/** A spec hits only the namespace that its Variable is in: whatever would reach out of it is refused by its own code. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';

const words = new Set([
  'ns',
  'namespace',
  'namespaces',
  'targetns',
  'targetnamespace',
  'targetnamespaces',
  'jobnamespace',
  'nomadnamespace',
  'schedulenamespace',
]);

/** Whether a key would name a namespace, however it is spelt. */
export function namesNamespace(key: string): boolean {
  return key.length < 40 && words.has(key.toLowerCase().replaceAll(/[-_.\s]/g, ''));
}

/** The problem of a key that would name a namespace. */
export function namespaceKeyProblem(key: string, value: unknown): Problem {
  return {
    code: 'SIR-107',
    key,
    message: `${key}: a spec hits only the namespace that its Variable is in`,
    found: shown(value),
    allowed: 'no such key: write the Variable in the namespace that is meant, with nomad var put -namespace',
  };
}

/**
 * A job written as `namespace/job` or `job@namespace`. Nomad's job ids may hold both signs, and nothing tells the two
 * apart, so one that does is written with `?` in that place. The ids that Nomad itself makes, of dispatched and
 * periodic jobs, are known by their second half.
 */
export function foreignJobProblem(key: string, job: string): Problem | undefined {
  const slash = /^([^/@]*)\/(.*)$/su.exec(job);
  const at = /^(.*)@([^/@]*)$/su.exec(job);
  if (slash === null && at === null) return undefined;
  if (slash !== null && at === null && /^(?:dispatch|periodic)-[^/]*$/.test(slash[2] ?? '')) return undefined;
  const meant = slash?.[2] ?? at?.[1] ?? '';
  return {
    code: 'SIR-107',
    key,
    message: `${key}: \`${shown(job)}\` reads as a job of a namespace, and a spec hits only the one that its Variable is in`,
    found: shown(job),
    allowed: 'the id of a job of this namespace, or a glob; where the id itself holds / or @, write ? for it',
    ...(meant === '' || /[/@]/.test(meant) ? {} : { didYouMean: meant }),
  };
}
