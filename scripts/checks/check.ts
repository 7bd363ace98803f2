/** What a check is: a question about the whole checkout, asked by `npm run check` and counted by `npm test`. */

export interface CheckResult {
  readonly ok: boolean;
  /** What was found, for people; empty when there is nothing to say. */
  readonly output: string;
}

export interface Check {
  /** One word, by which `npm run check -- NAME` picks it. */
  readonly name: string;
  readonly summary: string;
  /** `root` is the checkout to look at; rejects only when the tool itself can't be run. */
  run(root: string): Promise<CheckResult>;
}
