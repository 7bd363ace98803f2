/** Whether the secrets that a run would ask for are there, by the token of whoever plans. Their values are not kept. */

import { SiroccoError } from '../../base/errors.ts';
import { noVariable, secretsOf } from '../../controller/secrets.ts';
import type { Experiment } from '../../spec/experiment.ts';
import { type SecretName, secretIn, secretPath } from '../../spec/secret-names.ts';
import type { Cli } from '../cli.ts';

export interface SecretLook extends SecretName {
  readonly path: string;
  /** `unknown`: this token may not look. */
  readonly state: 'there' | 'missing' | 'unknown';
  /** Absent where it is there. */
  readonly why?: string;
}

/** Looks for each secret of the experiment's probes, in this namespace. */
export async function lookForSecrets(
  cli: Cli,
  experiment: Experiment,
  namespace: string,
): Promise<readonly SecretLook[]> {
  const looks: SecretLook[] = [];
  for (const secret of secretsOf(cli.catalog, experiment, namespace)) {
    const path = secretPath(cli.settings().prefix, secret);
    looks.push({ ...secret, path, ...(await lookFor(cli, secret, path, namespace)) });
  }
  return looks;
}

async function lookFor(
  cli: Cli,
  secret: SecretName,
  path: string,
  namespace: string,
): Promise<Pick<SecretLook, 'state' | 'why'>> {
  try {
    const variable = await cli.nomad().readVariable(namespace, path);
    if (variable === undefined) return { state: 'missing', why: noVariable(path, namespace) };
    const found = secretIn(variable.Items ?? {}, path, secret);
    return found.ok ? { state: 'there' } : { state: 'missing', why: found.why };
  } catch (error) {
    if (!(error instanceof SiroccoError) || error.code !== 'SIR-401') throw error;
    return { state: 'unknown', why: `this token may not read ${path} in namespace ${namespace}: a controller may` };
  }
}

/** One line for each. */
export function secretLines(looks: readonly SecretLook[]): readonly string[] {
  return looks.map(({ name, key, path, state, why }) => {
    const placeholder = `secret.${name}.${key}`;
    if (state === 'there') return `${placeholder}: there, ${key} in ${path}`;
    return `${placeholder}: ${state === 'missing' ? 'MISSING' : 'unknown'}: ${why ?? ''}`;
  });
}
