import { z } from 'zod';
import { text } from '../base/fields.ts';
import { number } from './expect/fields.ts';
import { formatInterval, isMet, plainNumber } from './expect/interval.ts';
import { headers, timeout, url } from './parameters.ts';
import type { Probe, ProbeAnswer } from './probe.ts';
import { judged, statusIn, unanswered } from './result.ts';

const parameters = z.strictObject({
  url: url({ help: 'Of the Prometheus, or of what speaks its API; `/api/v1/query` is added.' }),
  query: text({ max: 2048, what: 'a query', help: 'A PromQL expression that gives one number.' }),
  headers: headers().default({}),
  timeout: timeout().default(5_000),
});

const expectations = z.strictObject({
  value: number({ help: 'The number that the query gives.' }).default({ not: 0 }),
});

/** Runs an instant query that gives exactly one number. */
export const prometheus: Probe<z.infer<typeof parameters>, z.infer<typeof expectations>> = {
  name: 'prometheus',
  summary: 'Runs an instant query on a Prometheus, and judges the one number that it gives.',
  parameters,
  expectations,
  permissions: [],
  example: {
    with: {
      url: 'http://prometheus.internal:9090',
      query: 'sum(rate(http_requests_total{code!~"5.."}[1m])) / sum(rate(http_requests_total[1m]))',
    },
    expect: { value: '>= 0.99' },
  },

  ask({ url: base, query, headers: sent, timeout: timeoutMs }) {
    const path = `${base.replace(/[?#].*$/, '').replace(/\/+$/, '')}/api/v1/query`;
    const url = `${path}?query=${encodeURIComponent(query.toWellFormed())}`;
    return { op: 'http', method: 'GET', url, headers: { accept: 'application/json', ...sent }, timeoutMs };
  },

  judge(_, expect, answer) {
    if (answer.kind !== 'http') return unanswered(answer);
    const { latencyMs } = answer;
    const sample = sampleOf(answer);
    if ('why' in sample) return judged(statusIn(answer.status, latencyMs), sample.why);
    const { value } = sample;
    const isGood = isMet(expect.value, value);
    const why = isGood ? undefined : `the value is ${value}, not ${formatInterval(expect.value, plainNumber)}`;
    // What JSON can't hold (NaN, infinities) is told in words only.
    return judged(`${value}`, why, Number.isFinite(value) ? { value } : {});
  },
};

type Sample = { readonly value: number } | { readonly why: string };

function sampleOf({ status, body, truncated, encoding }: Extract<ProbeAnswer, { kind: 'http' }>): Sample {
  if (encoding !== undefined) return { why: `the answer is encoded (${encoding}), which was not asked for` };
  if (truncated) return { why: 'the answer is too long: let the query give one number, such as by sum() or max()' };
  const answered = parsed.safeParse(body);
  if (!answered.success) return { why: `the answer (${status}) is none of a Prometheus` };
  if (answered.data.status === 'error') return { why: `the query failed: ${answered.data.error}` };
  if (status < 200 || status > 299) return { why: `the status is ${status}` };
  const { resultType, result } = answered.data.data;
  if (resultType === 'scalar') return numberOf(result);
  if (resultType !== 'vector')
    return { why: `the query gives a ${resultType}, not a number: ask for an instant vector or a scalar` };
  if (result.length === 0) return { why: 'the query gives nothing: no series matches' };
  if (result.length > 1)
    return { why: `the query gives ${result.length} series, not one: put them together, such as by sum() or max()` };
  return numberOf((result[0] as { value?: unknown } | null)?.value);
}

const words: Readonly<Record<string, number>> = { NaN: Number.NaN, '+Inf': Infinity, Inf: Infinity, '-Inf': -Infinity };

/** `[time, "value"]`. */
function numberOf(pair: unknown): Sample {
  const written: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (typeof written !== 'string' || written.trim() === '') return { why: 'the sample has no value' };
  const value = words[written] ?? Number(written);
  return Number.isNaN(value) && written !== 'NaN' ? { why: 'the value of the sample is no number' } : { value };
}

/** Only what is judged here. */
const parsed = z
  .string()
  .transform((body, context): unknown => {
    try {
      return JSON.parse(body);
    } catch {
      context.addIssue({ code: 'custom', message: 'no JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.discriminatedUnion('status', [
      z.object({ status: z.literal('error'), error: z.string() }),
      z.object({
        status: z.literal('success'),
        data: z.object({ resultType: z.string(), result: z.array(z.unknown()) }),
      }),
    ]),
  );
