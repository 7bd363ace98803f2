/** Whether what stands in `{{ }}` in a probe's parameters can be filled in when it asks. */

import type { Problem } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { hostPlaceholdersOf, placeholdersIn, placeholdersOf } from '../spec/placeholders.ts';
import { meansSecret, parseSecretName } from '../spec/secret-names.ts';
import { parseServiceName } from '../spec/service-names.ts';
import type { AnyProbe, ProbeInput } from './probe.ts';

const allowed = '{{ secret.NAME.KEY }} or {{ service.NAME }}';

/** What is wrong with the placeholders of read parameters, each once, with its key. */
export function placeholderProblems(probe: AnyProbe, parameters: ProbeInput): readonly Problem[] {
  const call = probe.ask(parameters as never, { namespace: '-' });
  const filled = call.op === 'view' ? [] : placeholdersOf(call);
  const hosts = call.op === 'view' ? [] : hostPlaceholdersOf(call);
  return Object.entries(parameters).flatMap(([name, value]) =>
    placeholdersIn(JSON.stringify(value) ?? '').flatMap(placeholder => {
      const key = `${probe.name}.${name}`;
      const found = `{{ ${placeholder} }}`;
      const problem = (why: string, more: Partial<Problem> = {}): Problem => {
        return { code: 'SIR-104', key, message: `${key}: ${found} ${why}`, found, allowed, ...more };
      };
      const secret = parseSecretName(placeholder);
      const isKnown = secret !== undefined || parseServiceName(placeholder) !== undefined;
      // A query may hold braces of its own.
      if (!filled.includes(placeholder))
        return isKnown ? [problem('is not put in here', { allowed: 'plain words here' })] : [];
      if (meansSecret(placeholder) && hosts.includes(placeholder))
        return [problem('can’t be a host or port: both are told in answers', { allowed: 'a host in plain words' })];
      const isWithPort = secret === undefined && isKnown && hosts.includes(placeholder) && hasPort(value, placeholder);
      if (isWithPort) return [problem('is a host with its port already', { allowed: `${found} without a port` })];
      if (isKnown) return [];
      const [first = ''] = placeholder.split('.');
      const near = nearest(first, ['secret', 'service']);
      const didYouMean = near === undefined ? {} : { didYouMean: `{{ ${near}${placeholder.slice(first.length)} }}` };
      return [problem('stands for nothing that is known', didYouMean)];
    }),
  );
}

function hasPort(value: unknown, placeholder: string): boolean {
  const [, after = ''] = String(value).split(new RegExp(`\\{\\{\\s*${placeholder.replaceAll('.', '\\.')}\\s*\\}\\}`));
  return after.startsWith(':');
}
