/** What a runner came to. Names are kept, so that no failure and no skip is only a number. */
export interface Tally {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

export const nothing: Tally = { passed: 0, failed: [], skipped: [] };

export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, tally) => total + tally.passed, 0),
    failed: tallies.flatMap(tally => tally.failed),
    skipped: tallies.flatMap(tally => tally.skipped),
  };
}

/** The last line of `npm test`. */
export function countLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped`;
}

/** Nothing failed, and something ran. */
export function isGood(tally: Tally): boolean {
  return tally.failed.length === 0 && tally.passed > 0;
}

/** A runner that ended badly without naming a failure still failed. */
export function withExit(tally: Tally, runner: string, how: string | undefined): Tally {
  if (how === undefined || tally.failed.length > 0) return tally;
  return { ...tally, failed: [`${runner}: ${how}`] };
}
