import { maskingOf } from '../base/masking.ts';
import type { ProbeAnswer, ProbeResult } from '../probes/probe.ts';

/**
 * What a probe says of an answer, without the secrets that were sent with the question: whoever answers may repeat them.
 * The verdict is that on the answer as it is; the words, and the number, are those on the answer without them.
 */
export function judgedWithout(
  secrets: Iterable<string>,
  answer: ProbeAnswer,
  judge: (answer: ProbeAnswer) => ProbeResult,
): ProbeResult {
  const hide = maskingOf(secrets);
  const judged = judge(answer);
  const body = answer.kind === 'http' ? hide(answer.body) : '';
  if (answer.kind !== 'http' || body === answer.body) return hidden(judged, hide);
  const told = judge({ ...answer, body });
  if (told.ok === judged.ok) return hidden(told, hide);
  const { observed, ok, latencyMs } = { ...judged, observed: told.observed };
  const measured = latencyMs === undefined ? {} : { latencyMs };
  if (ok) return hidden({ ok, observed, ...measured }, hide);
  return hidden(
    { ok, observed, why: 'it is not as expected; it repeats a secret, and is not told', ...measured },
    hide,
  );
}

/** Numbers can be secrets too. */
function hidden({ observed, why, value, ...rest }: ProbeResult, hide: (text: string) => string): ProbeResult {
  const isSecret = value !== undefined && hide(String(value)) !== String(value);
  return {
    ...rest,
    observed: hide(observed),
    ...(why === undefined ? {} : { why: hide(why) }),
    ...(value === undefined || isSecret ? {} : { value }),
  };
}
