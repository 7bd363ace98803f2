import { z } from 'zod';
import { formatDuration } from '../base/duration.ts';
import { oneOf } from '../base/fields.ts';
import { judgeBody } from './expect/body.ts';
import { body, durationUnit, latency, status } from './expect/fields.ts';
import { formatInterval, isMet } from './expect/interval.ts';
import { formatStatus, isStatusMet } from './expect/status.ts';
import { content, headers, timeout, url } from './parameters.ts';
import type { Probe, ProbeAnswer } from './probe.ts';
import { judged, statusIn, unanswered } from './result.ts';

const parameters = z
  .strictObject({
    url: url({
      help: 'What is asked for; {{ secret.NAME.KEY }} may stand behind the host. Redirects are answers, and not followed.',
    }),
    method: oneOf(['GET', 'HEAD', 'POST'], { help: 'HEAD asks for no body.' }).default('GET'),
    headers: headers().default({}),
    body: content().optional(),
    timeout: timeout().default(5_000),
  })
  .superRefine(({ method, body: sent }, context) => {
    if (sent === undefined || method === 'POST') return;
    const message = `a body is sent with POST only, not with ${method}`;
    context.addIssue({
      code: 'custom',
      path: ['body'],
      message,
      params: { message, allowed: 'no body, or method POST' },
    });
  });

const expectations = z.strictObject({
  status: status({ help: 'The status; 2xx also where only other things are expected.' }).default([[200, 299]]),
  latency: latency({ help: 'From the question to the last byte of the answer.' }).optional(),
  body: body({ help: 'The first 64 KiB of the body, which are then forgotten.' }).optional(),
});

type Expected = z.infer<typeof expectations>;

/** Asks a URL, and judges status, latency and body. */
export const http: Probe<z.infer<typeof parameters>, Expected> = {
  name: 'http',
  summary: 'Asks a URL, and judges the status, the latency and the body of the answer.',
  parameters,
  shorthand: 'url',
  expectations,
  permissions: [],
  example: {
    with: { url: 'http://{{ service.checkout }}/healthz', timeout: '1s' },
    expect: { status: 200, latency: '< 250ms', body: { json: 'database.state', equals: 'up' } },
  },

  ask: ({ url: asked, method, headers: sent, body: text, timeout: timeoutMs }) => ({
    op: 'http',
    method,
    url: asked,
    headers: sent,
    ...(text === undefined ? {} : { body: text }),
    timeoutMs,
  }),

  judge(_, expect, answer) {
    if (answer.kind !== 'http') return unanswered(answer);
    const { value, why: wrongBody } = bodyOf(expect, answer);
    const { latencyMs } = answer;
    const why = wrongStatus(expect, answer) ?? wrongLatency(expect, answer) ?? wrongBody;
    const isOfValue = expect.body !== undefined && 'json' in expect.body && expect.body.value !== undefined;
    const measured = !isOfValue ? { latencyMs } : value === undefined ? {} : { value };
    return judged(statusIn(answer.status, latencyMs), why, measured);
  },
};

type Answer = Extract<ProbeAnswer, { kind: 'http' }>;

function wrongStatus(expect: Expected, { status: found }: Answer): string | undefined {
  return isStatusMet(expect.status, found) ? undefined : `the status is ${found}, not ${formatStatus(expect.status)}`;
}

function wrongLatency(expect: Expected, { latencyMs }: Answer): string | undefined {
  if (expect.latency === undefined || isMet(expect.latency, latencyMs)) return undefined;
  return `it took ${formatDuration(latencyMs)}, not ${formatInterval(expect.latency, durationUnit)}`;
}

function bodyOf(expect: Expected, answer: Answer): { readonly why?: string; readonly value?: number } {
  if (expect.body === undefined) return {};
  if (answer.encoding !== undefined)
    return { why: `the body is encoded (${answer.encoding}), which was not asked for, and is not read` };
  return judgeBody(expect.body, answer.body, answer.truncated);
}
