import { describe, expect, it } from 'vitest';
import type { ProbeAnswer, ProbeResult } from '../probes/probe.ts';
import { judgedWithout } from './judged-without.ts';

const token = 'S3CRET-S3CRET';
const http = (body: string): ProbeAnswer => ({ kind: 'http', status: 200, latencyMs: 3, body, truncated: false });
const judge =
  (ok: (body: string) => boolean) =>
  (answer: ProbeAnswer): ProbeResult => {
    const body = answer.kind === 'http' ? answer.body : '';
    return ok(body)
      ? { ok: true, observed: body, latencyMs: 3 }
      : { ok: false, observed: 'it', why: body, latencyMs: 3 };
  };

describe('judged without secrets', () => {
  it.each<[string, string, (body: string) => boolean, ProbeResult]>([
    ['nothing in it', 'fine', () => true, { ok: true, observed: 'fine', latencyMs: 3 }],
    ['a pass', `a ${token}`, () => true, { ok: true, observed: 'a [redacted]', latencyMs: 3 }],
    ['a failure', `a ${token}`, () => false, { ok: false, observed: 'it', why: 'a [redacted]', latencyMs: 3 }],
    ['a pass by the secret', token, body => body.includes('S3'), { ok: true, observed: 'it', latencyMs: 3 }],
    [
      'a failure by the secret',
      token,
      body => !body.includes('S3'),
      {
        ok: false,
        observed: '[redacted]',
        why: 'it is not as expected; it repeats a secret, and is not told',
        latencyMs: 3,
      },
    ],
  ])('an answer with %s', (_, body, ok, wanted) => {
    expect(judgedWithout([token], http(body), judge(ok))).toEqual(wanted);
  });

  it('hides what only the words hold, and a number that is a secret', () => {
    const answer: ProbeAnswer = { kind: 'failed', reason: 'broken', message: token, latencyMs: 1 };
    const result = judgedWithout([token, '12345678'], answer, () => ({
      ok: false,
      observed: 'no answer',
      why: `\`a\` is "S3CRET-S3…`,
      value: 12_345_678,
    }));
    expect(result).toEqual({ ok: false, observed: 'no answer', why: '`a` is "[redacted]…' });
  });
});
