import fc from 'fast-check';
import { getTasks, validate } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { readCron } from './cron-text.ts';

/** The plain form, or what is said and what was meant. */
function told(text: unknown): string | readonly (string | undefined)[] {
  const reading = readCron(text);
  return reading.ok ? reading.value : [reading.misread.message, reading.misread.didYouMean];
}

describe('a cron expression', () => {
  it.each([
    ['0 10 * * mon-fri', '0 10 * * MON-FRI'],
    [' 0  10\t* *\n1-5 ', '0 10 * * 1-5'],
    ['@Daily', '@daily'],
    ['0 */5 * * * *', '0 */5 * * * *'],
    ['0 30 10 ? * MON-FRI', '0 30 10 ? * MON-FRI'],
    ['0 0 12 1 1 *', '0 0 12 1 1 *'],
    ['0 10 * * JAN-MAY *', '0 10 * * JAN-MAY *'],
    ['0 22-2 * * friday-monday', '0 22-2 * * FRIDAY-MONDAY'],
    ['0 0 l-3,15w * 5l', '0 0 L-3,15W * 5L'],
  ])('%s is read', (text, plain) => {
    expect(told(text)).toBe(plain);
    expect(told(plain)).toBe(plain);
  });

  it.each([
    ['', 'a cron expression is needed', undefined],
    ['5/15 * * * *', "minute: `5/15` can't be read", '5-59/15 * * * *'],
    ['0 0 5/10 * *', "day of month: `5/10` can't be read", '0 0 5-31/10 * *'],
    ['60 * * * *', "minute: `60` can't be read", undefined],
    ['0 10 * * mon-fry', "day of week: `MON-FRY` can't be read", undefined],
    ['0 0 30 2 *', 'day of month: no month given has a day 30', undefined],
    ['0 0 31W 2 *', 'no day of any year matches it', undefined],
    ['* * * *', 'it has 4 fields', undefined],
    ["'0 10 * * *'", "`'0 10 * * *'` has letters that mean nothing in cron", '0 10 * * *'],
    ['@reboot', '`@reboot` is no nickname', undefined],
    ['@every 5m', '@every is a key of its own here: every, such as every=5m', undefined],
    ['0-99999999999 * * * *', '99999999999 is in no field of a cron expression', undefined],
    [`${'1,'.repeat(120)}1 * * * *`, expect.stringContaining('is not at most 200 characters'), undefined],
    [5, '`5` is not a cron expression', undefined],
  ])('%s is answered', (text, message, didYouMean) => {
    expect(told(text)).toEqual([message, didYouMean]);
  });

  it.each([
    ['0 10 * * 1-5 2027', '0 10 * * 1-5'],
    ['0 10 * * * 2026-2028', '0 10 * * *'],
    ['0 10 * * MON-FRI *', '0 10 * * MON-FRI'],
    ['0 10 * * 1-5 *', '0 10 * * 1-5'],
    ['0 0 10 * * 1-5 2027', '0 0 10 * * 1-5'],
  ])('%s has the year last, as Nomad writes it, and that word is in the answer', (text, meant) => {
    expect(told(text)).toEqual([expect.stringContaining("the year last, as in Nomad's own cron"), meant]);
  });

  it('is read only where node-cron reads it, whatever the text, and leaves no task behind', () => {
    const letter = fc.constantFrom(...'0123456789*/,-#?LW MONJAN@\u0000ü');
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 24 }), text => {
        const reading = readCron(text);
        if (reading.ok) expect(validate(reading.value)).toBe(true);
        else expect(reading.misread.message).toMatch(/^\P{Cc}+$/u);
      }),
    );
    expect(getTasks().size).toBe(0);
  });
});
