/** A request that a cluster refuses: the status and text that its caller sees. */

export class Refusal extends Error {
  readonly status: number;
  /** JSON in place of the text, where the answer has it. */
  readonly body: unknown;
  /** Of the `X-Nomad-Index` header; absent: none. */
  readonly index: number | undefined;

  constructor(status: number, message: string, more: { body?: unknown; index?: number } = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.body = more.body ?? message;
    this.index = more.index;
  }
}

export function denied(): Refusal {
  return new Refusal(403, 'Permission denied');
}
