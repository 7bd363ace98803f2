import { describe, expect, it } from 'vitest';
import type { Problem } from '../base/errors.ts';
import { explain, explainAll } from './explain.ts';

const bad: Problem = {
  code: 'SIR-104',
  key: 'every',
  message: 'every: `30` is not a duration',
  found: '30',
  allowed: 'a duration',
  didYouMean: '30s',
};
const unknown: Problem = {
  code: 'SIR-101',
  key: 'jbo',
  message: 'unknown key `jbo`',
  found: 'web',
  allowed: 'a long list',
  didYouMean: 'target_job',
};

describe('problems for people', () => {
  it.each<[string, Problem, string]>([
    [
      'quotes what was found once',
      bad,
      'SIR-104 every: `30` is not a duration; allowed: a duration; did you mean `30s`?',
    ],
    [
      'spares the list where the right word is known',
      unknown,
      'SIR-101 unknown key `jbo`; found `web`; did you mean `target_job`?',
    ],
    ['names the place in a document', { code: 'SIR-100', message: 'not a spec', line: 3 }, '3:1: SIR-100 not a spec'],
  ])('%s', (_, problem, line) => {
    expect(explain(problem)).toBe(line);
  });

  it('end with each hint once', () => {
    expect(explainAll([bad, bad])).toEqual([explain(bad), explain(bad), 'hint: the error names what is allowed']);
  });
});
