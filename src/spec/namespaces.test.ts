import { describe, expect, it } from 'vitest';
import { foreignJobProblem, namesNamespace, namespaceKeyProblem } from './namespaces.ts';

describe('a key that would name a namespace', () => {
  it.each(['namespace', 'target_namespace', 'targetNamespace', 'target.namespace', 'NS', 'NOMAD_NAMESPACE'])(
    'is found as %s',
    key => {
      expect(namesNamespace(key)).toBe(true);
      expect(namespaceKeyProblem(key, 'prod')).toMatchObject({ code: 'SIR-107', key, found: 'prod' });
    },
  );

  it.each(['name', 'target_job', 'x'.repeat(100)])('is not %s', key => {
    expect(namesNamespace(key)).toBe(false);
  });
});

describe('a job of another namespace', () => {
  it.each([
    ['prod/web', 'web'],
    ['*/web', 'web'],
    ['web@prod', 'web'],
    ['/web', 'web'],
    ['prod/', undefined],
    ['a/b/c', undefined],
    ['prod/batch/dispatch-1-a', undefined],
  ])('is refused as %s', (job, meant) => {
    const problem = foreignJobProblem('target_job', job);
    expect(problem).toMatchObject({ code: 'SIR-107', key: 'target_job', found: job });
    expect(problem?.didYouMean).toBe(meant);
  });

  it.each([
    'web',
    'web-*',
    'team?web',
    'batch/dispatch-1700000000-abcdef12',
    'report/periodic-1700000000',
    'batch/dispatch-*',
  ])('is not %s', job => {
    expect(foreignJobProblem('target_job', job)).toBeUndefined();
  });
});
