import { describe, it } from 'vitest';
import { missingForNomad } from './nomad-binary.ts';

/**
 * Describes what runs on a real Nomad. Where none can be started it stays one skipped test that names what is missing,
 * so that the count of skips tells.
 */
export function describeWithNomad(name: string, body: () => void): void {
  const missing = missingForNomad();
  if (missing === undefined) describe(name, body);
  else namedSkip(name, missing);
}

/** One skipped test whose name says why. */
function namedSkip(name: string, why: string): void {
  it.skip(`${name} (skipped: ${why})`, () => undefined);
}
