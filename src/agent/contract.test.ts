import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentCodes, agentWords, readEvents } from './events.ts';
import { readPayload } from './payload.ts';

interface Case {
  readonly name: string;
  readonly key?: string;
  readonly payload: unknown;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../agents/contract/${name}`, import.meta.url), 'utf8'));

describe('a payload of the contract', () => {
  it.each((read('payloads.json') as readonly Case[]).map(each => [each.name, each] as const))('%s', (_, each) => {
    const judged = readPayload(each.payload);
    if (each.key === undefined) expect(judged).toEqual({ ok: true, payload: each.payload });
    else expect(judged).toMatchObject({ ok: false, problems: [expect.stringContaining(each.key)] });
  });
});

describe('a payload', () => {
  it('that Nomad would not take is refused with its size', () => {
    const [first] = read('payloads.json') as readonly { payload: object }[];
    const spare = Array.from({ length: 1_500 }, (_, n) => `10.0.${n % 256}.${n >> 8}/32`);
    expect(readPayload({ ...first?.payload, spare })).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^payload: \d{5} bytes, at most 16384 are allowed$/)],
    });
  });
});

describe('the events of the contract', () => {
  it('are those that the agent tells', () => {
    expect(read('events.json')).toEqual(agentWords);
  });

  it('end with the exit codes that it gives', () => {
    const codes = (read('exit-codes.json') as readonly { code: number; word: string }[]).map(({ code, word }) => [
      code,
      word,
    ]);
    expect(Object.fromEntries(codes)).toEqual(agentCodes);
  });
});

describe('a log', () => {
  const line = { v: 1, time: '2026-11-24T10:00:00.1Z', task: 'hold', event: 'in_force', data: { certainty: 'D' } };

  it('is read line by line, without its torn end', () => {
    const text = `${JSON.stringify(line)}\n${JSON.stringify({ ...line, event: 'reverted' })}\n{"v":1,"ti`;
    expect(readEvents(text)).toEqual({ events: [line, { ...line, event: 'reverted' }], strange: 0 });
  });

  it('may hold what no agent wrote, which is counted', () => {
    const text = `sh: not found\n\n${JSON.stringify({ ...line, event: 'sang' })}\n${JSON.stringify(line)}\n`;
    expect(readEvents(text)).toEqual({ events: [line], strange: 2 });
  });
});
