/** The block that makes a job wait for dispatches: completed, and checked. */

import type { JobSpec, ParameterizedSpec } from './job-types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a job takes when it is dispatched, with Nomad's defaults; null for a plain job. */
export function completeParameters(given: unknown): ParameterizedSpec | null {
  if (typeof given !== 'object' || given === null) return null;
  const { Payload, MetaRequired, MetaOptional } = given as Fields;
  const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : null);
  return {
    Payload: typeof Payload === 'string' && Payload !== '' ? Payload : 'optional',
    MetaRequired: names(MetaRequired),
    MetaOptional: names(MetaOptional),
  };
}

/** Whether the scheduler has anything to do with a job itself: not with one that only waits to be dispatched. */
export const isScheduled = (job: Pick<JobSpec, 'ParameterizedJob' | 'Dispatched'>): boolean =>
  job.ParameterizedJob === null || job.Dispatched;

/** What is wrong with the block, each in a sentence. */
export function parameterProblems({ Payload, MetaRequired, MetaOptional }: ParameterizedSpec): readonly string[] {
  const problems: string[] = [];
  if (!['optional', 'required', 'forbidden'].includes(Payload))
    problems.push(`Unknown payload requirement: "${Payload}"`);
  const both = (MetaRequired ?? []).filter(key => MetaOptional?.includes(key));
  if (both.length > 0)
    problems.push(
      `Required and optional meta keys should be disjoint. Following keys exist in both: [${both.join(' ')}]`,
    );
  return problems;
}
